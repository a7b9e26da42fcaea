import type { ChartOption } from '@/shared/ui/Chart';
import type { ReasonCount } from './taskPageQuery';

/** Most frequent first; what has the same count keeps a fixed order, so that live rows do not jump. */
export function sortedReasons(reasons: readonly ReasonCount[]): ReasonCount[] {
  return [...reasons].sort(
    (a, b) => b.count - a.count || `${a.status}${a.reason}`.localeCompare(`${b.status}${b.reason}`),
  );
}

const SHOWN = 8;

/** Horizontal bars of the most frequent reasons. */
export function reasonOption(
  reasons: readonly ReasonCount[],
  words: (reason: ReasonCount) => string,
): ChartOption {
  const shown = sortedReasons(reasons).slice(0, SHOWN).reverse();
  return {
    grid: { left: 8, right: 48, top: 8, bottom: 8, containLabel: true },
    tooltip: { trigger: 'item' },
    xAxis: {
      type: 'value',
      minInterval: 1,
      splitLine: { show: false },
      axisLabel: { show: false },
    },
    yAxis: {
      type: 'category',
      data: shown.map(words),
      axisTick: { show: false },
      axisLabel: { width: 180, overflow: 'truncate', color: 'rgba(0,0,0,.75)' },
    },
    series: [
      {
        type: 'bar',
        barMaxWidth: 20,
        label: { show: true, position: 'right', color: 'rgba(0,0,0,.88)' },
        data: shown.map(({ status, count }) => ({
          value: count,
          itemStyle: { color: status === 'FAILED' ? '#cf1322' : '#7a869a' },
        })),
      },
    ],
  };
}
