import { expect, test } from 'vitest';
import { changedValues, fitsType, valueText } from './values';

const WORDS = {
  yes: '是',
  no: '否',
  emptyText: '（空）',
  emptyList: '（无）',
  second: (at: string) => `时间 ${at}`,
};

test.each([
  ['TEXT', '上海', '上海'],
  ['TEXT', '', '（空）'],
  ['NUMBER', 12.5, '12.5'],
  ['BOOLEAN', false, '否'],
  ['DATE', '2026-11-22', '2026-11-22'],
  ['DATETIME', '2026-11-22T03:00:00.000Z', '时间 2026-11-22T03:00:00.000Z'],
  ['DATETIME', 'yesterday', 'yesterday'],
  ['LIST', ['a', 'b'], 'a、b'],
  ['LIST', [], '（无）'],
  ['OBJECT', { a: 1 }, '{"a":1}'],
  ['TEXT', null, '--'],
] as const)('%s %j reads %s', (type, value, text) => {
  expect(valueText({ type, value }, WORDS)).toBe(text);
});

test.each([
  ['NUMBER', '三十', false],
  ['NUMBER', 30, true],
  ['DATE', '2026-11-22', true],
  ['DATE', '2026/11/22', false],
  ['DATETIME', '2026-11-22T03:00:00Z', false],
  ['LIST', 'a', false],
  ['OBJECT', [], false],
] as const)('%s %j fits: %s', (type, value, fits) => {
  expect(fitsType({ type, value })).toBe(fits);
});

test('only what changed is sent, and null takes a value away', () => {
  const before = { city: '上海', age: 30, tags: ['a'] };
  expect(changedValues(before, { city: '北京', tags: ['a'] })).toEqual({ city: '北京', age: null });
  expect(changedValues(before, { ...before })).toBeNull();
});
