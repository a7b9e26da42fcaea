import type { ChartOption } from '@/shared/ui/Chart';

export interface TrendPoint {
  at: string;
  size: number;
}

/** Sizes over time, by the wall clock of the project; the axis begins where the sizes are, not at nothing. */
export function trendOption(
  points: readonly TrendPoint[],
  name: string,
  minute: (at: string) => string,
): ChartOption {
  return {
    animation: false,
    grid: { left: 8, right: 24, top: 16, bottom: 8, containLabel: true },
    tooltip: { trigger: 'axis' },
    xAxis: {
      type: 'category',
      data: points.map(({ at }) => minute(at)),
      axisLabel: { hideOverlap: true, color: '#3d4757' },
    },
    yAxis: { type: 'value', minInterval: 1, scale: true, axisLabel: { color: '#3d4757' } },
    series: [
      {
        type: 'line',
        name,
        data: points.map(({ size }) => size),
        symbolSize: 7,
        itemStyle: { color: '#165dff' },
        lineStyle: { width: 2 },
      },
    ],
  };
}
