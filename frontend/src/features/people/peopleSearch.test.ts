import { expect, test } from 'vitest';
import { isSearchable, toPeopleVariables } from './peopleSearch';

test.each([
  ['', true],
  ['7', true],
  ['ab', false],
  ['小满', false],
  ['u-1', true],
])('“%s” can be looked for: %s', (text, ok) => {
  expect(isSearchable(text)).toBe(ok);
});

test('without a subject people are looked for, and spaces round an ID do not count', () => {
  expect(toPeopleVariables({ q: ' u-1001 ' })).toEqual({
    search: 'u-1001',
    subject: 'user',
    after: null,
  });
});
