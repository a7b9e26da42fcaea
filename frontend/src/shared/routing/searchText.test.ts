import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { parseSearchText, printSearchText, wordParam, wordsParam } from './searchText';

test.each([
  ['?q=%E5%8F%8C%E5%8D%81%E4%B8%80', { q: '双十一' }],
  ['?status=RUNNING&status=PAUSED', { status: ['RUNNING', 'PAUSED'] }],
  ['', {}],
])('%s is read and printed back the same', (text, search) => {
  expect(parseSearchText(text)).toEqual(search);
  expect(printSearchText(search)).toBe(text);
});

test('empty and missing values are left out of the address', () => {
  expect(printSearchText({ q: '', after: undefined, status: [] })).toBe('');
  expect(parseSearchText('?q=&q=')).toEqual({});
});

test('bad words fall back instead of failing', () => {
  const schema = z.object({ one: wordParam(['A', 'B']), some: wordsParam(['A', 'B']) });
  expect(z.parse(schema, { one: 'X', some: ['X', 'B'] })).toEqual({ some: ['B'] });
  expect(z.parse(schema, { one: 'A', some: 'A' })).toEqual({ one: 'A', some: ['A'] });
  expect(z.parse(schema, {})).toEqual({});
});
