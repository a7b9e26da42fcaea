import { useTranslation } from 'react-i18next';
import type { Fault } from '@/shared/graphql/errors';
import { useFaultWords } from '@/shared/graphql/useFaultWords';

/** Says in words why a file, or one of its lines, was not taken. */
export function useUploadWords() {
  const { i18n } = useTranslation('uploads');
  const { ofFault } = useFaultWords();
  // Keys come from the server, so they cannot be checked when the console is built.
  const lookUp = i18n.t as (key: string, options: object) => string;
  const say = (key: string, params: Record<string, unknown>) =>
    i18n.exists(`uploads:${key}`) ? lookUp(`uploads:${key}`, params) : undefined;

  return {
    ofFile: (fault: Fault) => {
      const [field] = fault.fields;
      return (
        (field && say(`refused.${field.rule}`, field.params)) ??
        say(`refused.${fault.code}`, {}) ??
        ofFault(fault)
      );
    },
    ofLine: (rule: string) => say(`line.${rule}`, {}) ?? rule,
    ofFailure: (failure: string) => say(`refused.${failure}`, {}) ?? failure,
  };
}
