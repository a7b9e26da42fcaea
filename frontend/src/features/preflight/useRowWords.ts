import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { useReasonWords } from '@/features/tasks/useReasonWords';
import type { PreflightRow } from './preflightFunnel';

/** Names a row of the funnel; steps by their reason. */
export function useRowWords(): (row: PreflightRow) => string {
  const { t } = useTranslation('preflight');
  const reasonWords = useReasonWords();
  return useCallback(
    (row) =>
      row.kind === 'step'
        ? reasonWords(row.step.reason, row.step.explanation)
        : t(`row.${row.kind}`),
    [t, reasonWords],
  );
}
