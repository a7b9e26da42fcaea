import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import zhCommon from './locales/zh-CN/common.json';
import zhErrors from './locales/zh-CN/errors.json';

export const LOCALES = ['zh-CN', 'en-US'] as const;
export type Locale = (typeof LOCALES)[number];
export const DEFAULT_LOCALE: Locale = 'zh-CN';

/** What each language calls itself; the same in every language. */
export const LOCALE_NAMES: Record<Locale, string> = { 'zh-CN': '简体中文', 'en-US': 'English' };

const STORAGE_KEY = 'tidings.locale';

const catalogues = import.meta.glob<{ default: Record<string, unknown> }>([
  './locales/*/*.json',
  '!./locales/zh-CN/common.json',
  '!./locales/zh-CN/errors.json',
]);

export const i18n = i18next.createInstance();

export function isLocale(value: string | null | undefined): value is Locale {
  return LOCALES.some((locale) => locale === value);
}

/** The language of the last visit in this browser, for pages before sign-in. */
export function rememberedLocale(): Locale {
  const stored = window.localStorage.getItem(STORAGE_KEY);
  return isLocale(stored) ? stored : DEFAULT_LOCALE;
}

/** Switches at once and remembers the choice in this browser. */
export async function switchLocale(locale: Locale): Promise<void> {
  window.localStorage.setItem(STORAGE_KEY, locale);
  await i18n.changeLanguage(locale);
}

/** Starts i18next with the shell's Chinese text in the entry chunk; every other namespace is its own chunk. */
export async function startI18n(locale: Locale): Promise<void> {
  await i18n
    .use({
      type: 'backend',
      read: async (language: string, namespace: string) => {
        const load = catalogues[`./locales/${language}/${namespace}.json`];
        if (!load) throw new Error(`no catalogue ${language}/${namespace}`);
        return (await load()).default;
      },
    })
    .use(initReactI18next)
    .init({
      lng: locale,
      fallbackLng: DEFAULT_LOCALE,
      supportedLngs: LOCALES,
      ns: ['common', 'errors'],
      defaultNS: 'common',
      partialBundledLanguages: true,
      resources: { 'zh-CN': { common: zhCommon, errors: zhErrors } },
      interpolation: { escapeValue: false },
      returnNull: false,
    });
}
