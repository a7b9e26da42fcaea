import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { FieldFault } from './errors';
import { useFaultWords } from './useFaultWords';

/**
 * Says wrong inputs in a feature's own words: its `rule` section by field and
 * rule, then by rule; where it has none, in the console's general ones.
 */
export function useFieldWords(namespace: string): (field: FieldFault) => string {
  const { i18n } = useTranslation();
  const { ofField } = useFaultWords();
  return useCallback(
    (field) => {
      // Rules come from the server, so keys cannot be checked when the console is built.
      const lookUp = i18n.t as (key: string, options: object) => string;
      const [head = ''] = field.path.replace(/^input\./, '').split(/[.[]/);
      const key = [`${head}.${field.rule}`, field.rule]
        .map((rule) => `${namespace}:rule.${rule}`)
        .find((candidate) => i18n.exists(candidate));
      // The server names a limit either way.
      const { limit = field.params.max } = field.params;
      return key ? lookUp(key, { ...field.params, limit }) : ofField(field);
    },
    [i18n, namespace, ofField],
  );
}
