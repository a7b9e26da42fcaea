import { expect, test } from 'vitest';
import { funnelRows, percent, sumOf } from './funnel';

const COUNTS = {
  total: 270,
  waiting: 0,
  sending: 0,
  sent: 255,
  failed: 15,
  notSent: 0,
  unconfirmed: 0,
  deferred: 0,
  rate: 0,
};

test('the funnel narrows from the target over the asked to the sent', () => {
  const rows = funnelRows({ ...COUNTS, total: 300, notSent: 30 });
  expect(rows.map(({ step, count }) => [step, count])).toEqual([
    ['target', 300],
    ['attempted', 270],
    ['sent', 255],
  ]);
  expect(rows.map(({ rate }) => percent(rate))).toEqual(['100%', '90.0%', '94.4%']);
});

test('an empty run divides nothing by nothing', () => {
  expect(funnelRows({ ...COUNTS, total: 0, sent: 0, failed: 0 }).map(({ rate }) => rate)).toEqual([
    0, 0, 0,
  ]);
});

test('the parts of the sum add up to the total', () => {
  const parts = sumOf({ ...COUNTS, total: 281, waiting: 4, sending: 7 });
  expect(parts.reduce((sum, { count }) => sum + count, 0)).toBe(281);
  expect(parts.map(({ key }) => key)).toEqual([
    'sent',
    'failed',
    'notSent',
    'unconfirmed',
    'sending',
    'waiting',
  ]);
});
