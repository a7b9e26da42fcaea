import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { useTime } from '@/shared/time/TimeContext';
import type { RunRowData } from './taskPageQuery';

type Named = Pick<RunRowData, 'kind' | 'plannedAt'>;

/** Names a run by when it is: the day of a triggered one, the planned minute of the others. */
export function useRunWords() {
  const { t } = useTranslation('tasks');
  const time = useTime();
  const when = useCallback(
    ({ kind, plannedAt }: Named) =>
      kind === 'TRIGGERED' ? time.day(plannedAt) : time.minute(plannedAt),
    [time],
  );
  const name = useCallback(
    (run: Named) => t('runs.kindAt', { at: when(run), kind: t(`runs.kind.${run.kind}`) }),
    [t, when],
  );
  return { when, name };
}
