import { expect, test } from 'vitest';
import { trendOption } from './trend';

test('the chart has a point for each ready version, in their order', () => {
  const option = trendOption(
    [
      { at: '2026-11-21T00:00:00Z', size: 10 },
      { at: '2026-11-22T00:00:00Z', size: 12 },
    ],
    '人数',
    (at) => at.slice(0, 10),
  ) as { xAxis: { data: string[] }; series: { data: number[] }[] };
  expect(option.xAxis.data).toEqual(['2026-11-21', '2026-11-22']);
  expect(option.series[0]?.data).toEqual([10, 12]);
});
