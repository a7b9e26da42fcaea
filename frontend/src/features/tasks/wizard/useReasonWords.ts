import { useTranslation } from 'react-i18next';

/** Says why somebody would get nothing; reasons the console does not know are shown as they are. */
export function useReasonWords() {
  const { i18n } = useTranslation('wizard');
  const lookUp = i18n.t as (key: string) => string;
  return (reason: string) =>
    i18n.exists(`wizard:reason.${reason}`) ? lookUp(`wizard:reason.${reason}`) : reason;
}
