import type { ChartOption } from '@/shared/ui/Chart';
import type { BacktestDay } from './backtestQueries';

/** What can become of a firing; a day's add up to how often the trigger was looked at. */
export const BACKTEST_PARTS = ['messages', 'notInAudience', 'late', 'done'] as const;
export type BacktestPart = (typeof BACKTEST_PARTS)[number];

const COLORS: Record<BacktestPart, string> = {
  messages: '#165dff',
  notInAudience: '#94a3b8',
  late: '#d97706',
  done: '#12a150',
};

/** The parts that are worth a place: B can only be done where there is one. */
export function partsOf(hasB: boolean): BacktestPart[] {
  return BACKTEST_PARTS.filter((part) => part !== 'done' || hasB);
}

export function totalOf(days: readonly BacktestDay[], part: BacktestPart): number {
  return days.reduce((sum, day) => sum + day[part], 0);
}

/** Each day as a stack of what would have happened, and as a line how many people got something. */
export function backtestOption(
  days: readonly BacktestDay[],
  parts: readonly BacktestPart[],
  words: Record<BacktestPart | 'people', string>,
): ChartOption {
  return {
    animation: false,
    grid: { left: 8, right: 16, top: 40, bottom: 8, containLabel: true },
    legend: { top: 4, left: 0, textStyle: { color: '#3d4757' } },
    tooltip: { trigger: 'axis' },
    xAxis: {
      type: 'category',
      data: days.map(({ day }) => day),
      axisLabel: { formatter: (day: string) => day.slice(5), color: '#3d4757', hideOverlap: true },
      axisTick: { alignWithLabel: true },
    },
    yAxis: { type: 'value', minInterval: 1, axisLabel: { color: '#3d4757' } },
    series: [
      ...parts.map((part) => ({
        type: 'bar',
        stack: 'fired',
        name: words[part],
        barMaxWidth: 24,
        itemStyle: { color: COLORS[part] },
        data: days.map((day) => day[part]),
      })),
      {
        type: 'line',
        name: words.people,
        symbolSize: 6,
        itemStyle: { color: '#0b1f4d' },
        lineStyle: { width: 2 },
        data: days.map(({ people }) => people),
      },
    ],
  };
}
