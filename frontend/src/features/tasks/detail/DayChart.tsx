import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Chart } from '@/shared/ui/Chart';
import { type DayCounts, type DayLayer, dayOption } from './dayStack';

interface DayChartProps {
  days: readonly DayCounts[];
  layers: readonly DayLayer[];
  words: (layer: DayLayer) => string;
}

/** What each day brought, in a chunk of its own; a table below holds the same numbers. */
export function DayChart({ days, layers, words }: DayChartProps) {
  const { t } = useTranslation('tasks');
  const option = useMemo(() => dayOption(days, layers, words), [days, layers, words]);
  const label = t('standing.chart', { from: days[0]?.day, to: days.at(-1)?.day });
  return <Chart option={option} label={label} height={240} decal />;
}
