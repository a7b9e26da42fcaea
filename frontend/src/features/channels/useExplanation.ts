import { useTranslation } from 'react-i18next';

interface Explanation {
  code: string;
  zh: string;
  en: string;
}

/** A code of the provider in the reader's language. */
export function useExplanation(): (explanation: Explanation | null | undefined) => string {
  const { i18n } = useTranslation();
  return (explanation) => {
    if (!explanation) return '';
    return i18n.language === 'zh-CN' ? explanation.zh : explanation.en;
  };
}
