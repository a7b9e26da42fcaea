import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Chart } from '@/shared/ui/Chart';
import { type PreflightRow, preflightOption } from './preflightFunnel';
import { useRowWords } from './useRowWords';

/** The funnel to expect as a picture, in a chunk of its own; a table beside it holds the same numbers. */
export function PreflightChart({ rows }: { rows: readonly PreflightRow[] }) {
  const { t } = useTranslation('preflight');
  const words = useRowWords();
  const option = useMemo(() => preflightOption(rows, words), [rows, words]);
  return (
    <Chart option={option} label={t('funnel')} height={Math.max(120, rows.length * 38 + 16)} />
  );
}
