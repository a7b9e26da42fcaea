import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';

interface Explanation {
  zh: string;
  en: string;
}

/**
 * Says a stable reason word (APPROVAL_TIMEOUT, NO_TARGET_ID, 43101) in the reader's language:
 * in the console's own words, else in the provider's, else as it is.
 */
export function useReasonWords() {
  const { i18n } = useTranslation('tasks');
  return useCallback(
    (reason: string, explanation?: Explanation | null) => {
      const key = `tasks:reason.${reason}`;
      if (i18n.exists(key)) return (i18n.t as (key: string) => string)(key);
      if (!explanation) return reason;
      return (i18n.language === 'zh-CN' ? explanation.zh : explanation.en) || reason;
    },
    [i18n],
  );
}
