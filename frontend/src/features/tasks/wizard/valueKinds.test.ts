import { expect, test } from 'vitest';
import { fitsKind, isTooLong, VALUE_KINDS } from './valueKinds';

test.each([
  ['thing', '会员日 A1!', true],
  ['thing', '两\n行', false],
  ['number', '12.5', true],
  ['number', '12件', false],
  ['letter', 'VIP', true],
  ['letter', 'VIP1', false],
  ['symbol', '☆☆', true],
  ['symbol', '一', false],
  ['character_string', 'A-2026', true],
  ['character_string', '单号1', false],
  ['time', '15:01', true],
  ['time', '2019年10月1日 15:01', true],
  ['time', '10:00~12:00', true],
  ['time', '25:00', false],
  ['date', '2018-01-01', true],
  ['date', '2018/01/01 10:00', true],
  ['date', '2018年1月', true],
  ['date', '01-01', true],
  ['date', '2018-13-01', false],
  ['date', '明天', false],
  ['amount', '¥12.50', true],
  ['amount', '12元', true],
  ['amount', '十二元', false],
  ['phone_number', '+86-0766-66888866', true],
  ['phone_number', '电话', false],
  ['car_number', '粤A8Z888挂', true],
  ['name', '张三', true],
  ['name', '张3', false],
  ['phrase', '配送中', true],
  ['phrase', 'ok', false],
  ['a_kind_of_tomorrow', 'anything', true],
])('R85 kind %s: %s fits: %s', (kind, value, fits) => {
  expect(fitsKind(kind, value)).toBe(fits);
});

test('every example is of its own kind', () => {
  for (const [kind, { example }] of Object.entries(VALUE_KINDS)) {
    expect([kind, fitsKind(kind, example)]).toEqual([kind, true]);
  }
});

test.each([
  ['thing', 20, '十'.repeat(20), false],
  ['thing', 20, '十'.repeat(21), true],
  ['name', 10, 'Abcdefghijklmnopqrst', false],
  ['name', 10, '张Abcdefghij', true],
  ['amount', null, '¥1234567890.55', false],
  ['amount', null, '12345678901', true],
  ['date', null, '2018-01-01', false],
])('%s with limit %s: %s is too long: %s', (kind, max, value, long) => {
  expect(isTooLong(kind, max, value)).toBe(long);
});
