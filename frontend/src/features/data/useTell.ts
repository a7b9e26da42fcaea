import { App } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Fault } from '@/shared/graphql/errors';
import { useFaultWords } from '@/shared/graphql/useFaultWords';
import { useFieldWords } from '@/shared/graphql/useFieldWords';

/** Says a refusal in the words of this part of the console. */
export function useDataFaultWords() {
  const { i18n } = useTranslation('data');
  const { ofFault } = useFaultWords();
  const words = useFieldWords('data');
  return (fault: Fault) => {
    const key = `data:reason.${fault.reason}`;
    // Reasons come from the server, so they cannot be checked when the console is built.
    if (fault.reason && i18n.exists(key)) return (i18n.t as (key: string) => string)(key);
    const [field] = fault.fields;
    return field ? words(field) : ofFault(fault);
  };
}

/** Says a refusal at the top of the page. */
export function useTell() {
  const { message } = App.useApp();
  const ofFault = useDataFaultWords();
  return (fault: Fault) => void message.error(ofFault(fault));
}
