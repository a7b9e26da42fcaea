import { expect, test } from 'vitest';
import { backtestOption, partsOf, totalOf } from './backtestOption';

const day = (name: string, messages: number, rest = {}) => ({
  day: name,
  fired: messages,
  messages,
  people: messages,
  late: 0,
  notInAudience: 0,
  done: 0,
  ...rest,
});
const DAYS = [
  day('2026-11-20', 3, { late: 2 }),
  day('2026-11-21', 0),
  day('2026-11-22', 5, { people: 4, done: 7, notInAudience: 1 }),
];
const WORDS = { messages: 'M', notInAudience: 'N', late: 'L', done: 'D', people: 'P' };

test('B can only be done where there is one', () => {
  expect(partsOf(false)).toEqual(['messages', 'notInAudience', 'late']);
  expect(partsOf(true)).toContain('done');
});

test('the parts of a day stand on each other, people are a line of their own', () => {
  const { series } = backtestOption(DAYS, partsOf(true), WORDS) as {
    series: { name: string; type: string; stack?: string; data: number[] }[];
  };
  expect(series.map(({ name, type, data }) => [name, type, data])).toEqual([
    ['M', 'bar', [3, 0, 5]],
    ['N', 'bar', [0, 0, 1]],
    ['L', 'bar', [2, 0, 0]],
    ['D', 'bar', [0, 0, 7]],
    ['P', 'line', [3, 0, 4]],
  ]);
  expect(new Set(series.slice(0, 4).map(({ stack }) => stack)).size).toBe(1);
  expect(totalOf(DAYS, 'late')).toBe(2);
});
