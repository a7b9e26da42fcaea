import { TranslationOutlined } from '@ant-design/icons';
import { Button, Dropdown } from 'antd';
import { useTranslation } from 'react-i18next';
import { isLocale, LOCALE_NAMES, LOCALES, type Locale, switchLocale } from '@/shared/i18n/i18n';

interface LanguageSwitchProps {
  /** Keeps the choice beyond this browser, where somebody is signed in. */
  onSwitch?: (locale: Locale) => unknown;
}

export function LanguageSwitch({ onSwitch }: LanguageSwitchProps) {
  const { t, i18n } = useTranslation('session');
  const current = isLocale(i18n.language) ? i18n.language : LOCALES[0];
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        selectedKeys: [current],
        items: LOCALES.map((locale) => ({
          key: locale,
          label: <span lang={locale}>{LOCALE_NAMES[locale]}</span>,
        })),
        onClick: ({ key }) => {
          if (!isLocale(key)) return;
          void switchLocale(key);
          void onSwitch?.(key);
        },
      }}
    >
      <Button type="text" icon={<TranslationOutlined aria-hidden />} aria-label={t('language')}>
        {LOCALE_NAMES[current]}
      </Button>
    </Dropdown>
  );
}
