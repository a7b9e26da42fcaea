import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { useFaultWords } from '@/shared/graphql/useFaultWords';
import type { Problem } from './problems';

/** Says problems in the reader's language: the wizard's words first, then the console's, then the server's. */
export function useProblemWords() {
  const { i18n } = useTranslation('wizard');
  const { ofField } = useFaultWords();
  return useCallback(
    (problem: Problem): string => {
      // Rules come from the server too, so the key cannot be checked when the console is built.
      const lookUp = i18n.t as (key: string, options: object) => string;
      const { limit = problem.params.max } = problem.params;
      const params = { ...problem.params, limit };
      const [head = ''] = problem.path.replace(/^input\./, '').split(/[.[]/);
      const key = [`wizard:rule.${head}.${problem.rule}`, `wizard:rule.${problem.rule}`].find(
        (candidate) => i18n.exists(candidate),
      );
      return key ? lookUp(key, params) : ofField(problem);
    },
    [i18n, ofField],
  );
}
