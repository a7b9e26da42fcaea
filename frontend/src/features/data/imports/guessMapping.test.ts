import { expect, test } from 'vitest';
import { guessMapping, guessType } from './guessMapping';
import { checkMapping, toMapping } from './toMapping';

const ID_TYPES = ['user_id', 'phone', 'wx_openid'];
const PURCHASES = {
  encoding: 'UTF-8' as const,
  header: ['customer_id', 'date', 'quantity', 'amount'],
  rows: [
    ['00002', '2021-01-12', '1', '12.00'],
    ['00004', '2021-02-01', '5', '77.00'],
  ],
};
const ORDERS = {
  personColumn: 'buyer',
  dateColumn: 'day',
  idType: 'phone',
  columns: [
    { name: 'buyer', type: 'TEXT' as const },
    { name: 'day', type: 'DATE' as const },
    { name: 'amount', type: 'NUMBER' as const },
  ],
};

test.each([
  [['1', '2.5', '-3e2'], 'NUMBER'],
  [['00002', '00004'], 'TEXT'],
  [['1234567890123456'], 'TEXT'],
  [['true', 'FALSE'], 'BOOLEAN'],
  [['是', '否'], 'BOOLEAN'],
  [['1', '0'], 'NUMBER'],
  [['2021-01-12', ''], 'DATE'],
  [['2021-01-12 08:30:00', '2021-01-13'], 'DATETIME'],
  [['2021-01-12T08:30:00Z'], 'DATETIME'],
  [['2021-01-12', '昨天'], 'TEXT'],
  [['', ' '], 'TEXT'],
] as const)('%j is %s', (values, type) => {
  expect(guessType(values)).toBe(type);
});

test('real purchases as events: customer, day and types are found, the event is asked for', () => {
  const form = guessMapping(PURCHASES, 'EVENTS', { idTypes: ID_TYPES });
  expect(form).toMatchObject({
    personColumn: 'customer_id',
    idType: 'user_id',
    timeColumn: 'date',
    eventColumn: undefined,
  });
  expect(checkMapping(form, 'EVENTS')).toEqual({ event: 'REQUIRED' });
  expect(toMapping({ ...form, event: ' purchase ' }, 'EVENTS')).toEqual({
    personColumn: 'customer_id',
    idType: 'user_id',
    timeColumn: 'date',
    messageColumn: null,
    event: 'purchase',
    columns: [
      { header: 'quantity', name: 'quantity', type: 'NUMBER' },
      { header: 'amount', name: 'amount', type: 'NUMBER' },
    ],
  });
});

test('a few wrong days do not hide the column with the day', () => {
  const rows = [...PURCHASES.rows, ['00005', 'someday', '1', '3.00']];
  const form = guessMapping({ ...PURCHASES, rows }, 'EVENTS', { idTypes: ID_TYPES });
  expect(form.timeColumn).toBe('date');
});

test('rows take the ID type, the date column and the known types of their table', () => {
  const form = guessMapping(PURCHASES, 'ROWS', { idTypes: ID_TYPES, table: ORDERS });
  expect(form).toMatchObject({ personColumn: 'customer_id', idType: 'phone', timeColumn: 'date' });
  expect(toMapping(form, 'ROWS', ORDERS).columns).toEqual([
    { header: 'date', name: 'day' },
    { header: 'quantity', name: 'quantity', type: 'NUMBER' },
    { header: 'amount', name: 'amount' },
  ]);
});

test('a column that is left out has no name, and two cannot have one name', () => {
  const form = guessMapping(PURCHASES, 'PEOPLE', { idTypes: ID_TYPES });
  const columns = form.columns.map((column) =>
    column.header === 'date' ? { ...column, isTaken: false } : { ...column, name: 'same' },
  );
  expect(toMapping({ ...form, columns }, 'PEOPLE').columns?.[0]).toEqual({
    header: 'date',
    name: '',
  });
  expect(checkMapping({ ...form, columns }, 'PEOPLE')).toEqual({ 'columns.3.name': 'DUPLICATE' });
});

test('tags stand in columns of their own, or one a line with its value', () => {
  const file = {
    encoding: 'UTF-8' as const,
    header: ['手机号', '标签名', '标签值'],
    rows: [['13800000000', '等级', '金']],
  };
  const form = guessMapping(file, 'TAGS', { idTypes: ID_TYPES });
  expect(toMapping(form, 'TAGS')).toMatchObject({
    personColumn: '手机号',
    idType: 'phone',
    tagColumn: '标签名',
    valueColumn: '标签值',
  });
  expect(checkMapping({ ...form, valueColumn: undefined }, 'TAGS')).toEqual({
    valueColumn: 'REQUIRED',
  });
});
