import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { FieldFault } from '@/shared/graphql/errors';
import { useFieldWords } from '@/shared/graphql/useFieldWords';

/** Places of a trigger, most exact first; a fault's path begins with one of them. */
const PLACES = [
  { path: 'trigger.a.events', key: 'aEvents' },
  { path: 'trigger.a', key: 'a' },
  { path: 'trigger.b.wait', key: 'wait' },
  { path: 'trigger.b', key: 'b' },
  { path: 'trigger.timing', key: 'timing' },
  { path: 'trigger', key: 'trigger' },
  { path: 'days', key: 'days' },
] as const;

/** Says why a backtest did not start, and why one failed. */
export function useBacktestWords() {
  const { t, i18n } = useTranslation('backtest');
  const ruleWords = useFieldWords('backtest');
  return useMemo(
    () => ({
      ofField: (field: FieldFault) => {
        const path = field.path.replace(/^input\./, '');
        const place = PLACES.find((one) => path.startsWith(one.path));
        const words = ruleWords(field);
        return place ? t('at', { place: t(`place.${place.key}`), words }) : words;
      },
      ofFailure: (failure: string, text: string) => {
        const key = `backtest:failure.${failure}`;
        return i18n.exists(key) ? (i18n.t as (key: string) => string)(key) : text || failure;
      },
    }),
    [i18n, ruleWords, t],
  );
}
