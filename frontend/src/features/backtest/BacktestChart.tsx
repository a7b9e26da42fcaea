import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Chart } from '@/shared/ui/Chart';
import { backtestOption, partsOf } from './backtestOption';
import type { BacktestDay } from './backtestQueries';

interface BacktestChartProps {
  days: readonly BacktestDay[];
  hasB: boolean;
}

/** The days as a picture, in a chunk of its own; a table below holds the same numbers. */
export function BacktestChart({ days, hasB }: BacktestChartProps) {
  const { t } = useTranslation('backtest');
  const option = useMemo(
    () =>
      backtestOption(days, partsOf(hasB), {
        messages: t('part.messages'),
        notInAudience: t('part.notInAudience'),
        late: t('part.late'),
        done: t('part.done'),
        people: t('part.people'),
      }),
    [days, hasB, t],
  );
  return (
    <Chart
      option={option}
      label={t('chart', { from: days[0]?.day, to: days.at(-1)?.day })}
      height={260}
      decal
    />
  );
}
