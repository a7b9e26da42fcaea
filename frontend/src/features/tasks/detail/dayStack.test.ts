import { expect, test } from 'vitest';
import { type DayCounts, dayLayers } from './dayStack';

function day(name: string, sent: number, reasons: Record<string, number>, rest = {}): DayCounts {
  const notSent = Object.values(reasons).reduce((sum, count) => sum + count, 0);
  return {
    day: name,
    progress: {
      total: sent + notSent,
      waiting: 0,
      sending: 0,
      sent,
      failed: 0,
      notSent,
      unconfirmed: 0,
      deferred: 0,
      rate: 0,
      reasons: Object.entries(reasons).map(([reason, count]) => ({
        status: 'NOT_SENT',
        reason,
        count,
        explanation: null,
      })),
      ...rest,
    },
  };
}

test('a day’s layers add up to its total, the trigger’s own reasons first', () => {
  const days = [
    day('2026-11-21', 10, { NO_TARGET_ID: 9, LATE: 1 }),
    day('2026-11-22', 4, { NOT_IN_AUDIENCE: 2, LATE: 3, DUPLICATE: 1 }, { total: 13, waiting: 3 }),
  ];
  const layers = dayLayers(days);
  expect(layers.map(({ key, reason }) => reason?.reason ?? key)).toEqual([
    'sent',
    'NOT_IN_AUDIENCE',
    'LATE',
    'NO_TARGET_ID',
    'DUPLICATE',
    'open',
  ]);
  days.forEach(({ progress }, index) => {
    const sum = layers.reduce((total, { counts }) => total + (counts[index] ?? 0), 0);
    expect(sum).toBe(progress.total);
  });
});

test('rare reasons share a layer, and a task that sent to nobody still has one for it', () => {
  const many = { LATE: 1, A: 9, B: 8, C: 7, D: 6, E: 5, F: 4 };
  const layers = dayLayers([day('2026-11-22', 0, many)]);
  expect(layers.map(({ key, reason, counts }) => [reason?.reason ?? key, counts[0]])).toEqual([
    ['sent', 0],
    ['LATE', 1],
    ['A', 9],
    ['B', 8],
    ['C', 7],
    ['D', 6],
    ['otherReasons', 9],
  ]);
  expect(dayLayers([])).toEqual([{ key: 'sent', counts: [] }]);
});
