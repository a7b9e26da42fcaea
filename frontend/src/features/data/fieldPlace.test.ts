import { expect, test } from 'vitest';
import { fieldPlace } from './fieldPlace';

test.each([
  ['name', ['name']],
  ['input.columns.0.name', ['columns', 0, 'name']],
  ['input.columns[2].type', ['columns', 2, 'type']],
])('%s', (path, place) => {
  expect(fieldPlace(path)).toEqual(place);
});
