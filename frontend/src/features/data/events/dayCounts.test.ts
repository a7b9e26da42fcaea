import { expect, test } from 'vitest';
import { peakOf, sparkBars, totalOf } from './dayCounts';

const COUNTS = [
  { day: '2026-11-20', count: 0 },
  { day: '2026-11-21', count: 1 },
  { day: '2026-11-22', count: 1000 },
];

test('bars are as tall as their share, and one event is never invisible', () => {
  expect(sparkBars(COUNTS, 30, 20).map(({ height }) => height)).toEqual([0, 1.5, 20]);
  expect(sparkBars([{ day: 'd', count: 0 }], 30, 20)[0]?.height).toBe(0);
  expect([totalOf(COUNTS), peakOf(COUNTS)?.day]).toEqual([1001, '2026-11-22']);
});
