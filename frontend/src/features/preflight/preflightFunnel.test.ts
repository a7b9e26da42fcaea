import { expect, test } from 'vitest';
import { lengthOf, preflightRows } from './preflightFunnel';

test('each reason takes its part from what the row above left', () => {
  const step = (reason: string, count: number) => ({ reason, count, explanation: null });
  const rows = preflightRows({
    candidates: 1000,
    steps: [step('NO_TARGET_ID', 50), step('DUPLICATE', 20), step('MISSING_VARIABLE', 5)],
    willSend: 925,
  });
  expect(rows.map(({ kind, count, left }) => [kind, count, left])).toEqual([
    ['candidates', 1000, 1000],
    ['step', 50, 950],
    ['step', 20, 930],
    ['step', 5, 925],
    ['willSend', 925, 925],
  ]);
});

test.each([
  [0.2, { unit: 'seconds', large: 1, small: 0 }],
  [59, { unit: 'seconds', large: 59, small: 0 }],
  [61, { unit: 'minutes', large: 1, small: 1 }],
  [3599.5, { unit: 'hours', large: 1, small: 0 }],
  [7261, { unit: 'hours', large: 2, small: 2 }],
])('%d seconds are told in their two largest units', (seconds, length) => {
  expect(lengthOf(seconds)).toEqual(length);
});
