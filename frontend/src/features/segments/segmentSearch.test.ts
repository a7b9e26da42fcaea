import { expect, test } from 'vitest';
import { isFiltered, segmentSearchSchema, toSegmentVariables } from './segmentSearch';

test.each([
  [{}, { listed: true }, false],
  [
    { q: '老客', status: 'FAILED', mode: 'DAILY', mine: 'yes' },
    {
      listed: true,
      or: [{ nameContainsFold: '老客' }, { id: '老客' }],
      statusIn: ['FAILED'],
      updateMode: 'DAILY',
      creatorID: 'usr_1',
    },
    true,
  ],
  [{ scope: 'off' }, { listed: false }, true],
  [{ status: 'NONSENSE', mode: 'x', mine: 'no' }, { listed: true }, false],
])('the address %j asks for %j', (address, where, filtered) => {
  const search = segmentSearchSchema.parse(address);
  expect(toSegmentVariables(search, 'usr_1').where).toEqual(where);
  expect(isFiltered(search)).toBe(filtered);
});
