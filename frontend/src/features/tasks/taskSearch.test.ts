import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { isFiltered, taskSearchSchema, toTaskVariables, toTaskWhere } from './taskSearch';

test('an empty view asks for the newest tasks', () => {
  expect(toTaskVariables({})).toEqual({
    first: 20,
    after: null,
    orderBy: { field: 'CREATED_AT', direction: 'DESC' },
  });
  expect(isFiltered({})).toBe(false);
});

test('a search is by name or by ID', () => {
  expect(toTaskWhere({ q: '双十一' })).toEqual({
    and: [{ or: [{ nameContainsFold: '双十一' }, { id: '双十一' }] }],
  });
});

test('displayed statuses become the two stored ones', () => {
  expect(toTaskWhere({ status: ['RUNNING', 'IN_APPROVAL'] })).toEqual({
    and: [
      {
        or: [
          { runStatusIn: ['WAITING', 'RUNNING'], approvalStatusNotIn: ['PENDING', 'REJECTED'] },
          { approvalStatus: 'PENDING' },
        ],
      },
    ],
  });
});

test('all filters hold together', () => {
  expect(
    toTaskWhere({ type: ['ONCE'], channel: 'chn_1', campaign: 'cmp_1', creator: 'usr_1' }),
  ).toEqual({
    and: [
      { typeIn: ['ONCE'] },
      { channelID: 'chn_1' },
      { campaignID: 'cmp_1' },
      { creatorID: 'usr_1' },
    ],
  });
});

test('a wrong link opens the unfiltered list', () => {
  const read = z.parse(taskSearchSchema, {
    status: 'NO_SUCH',
    q: 'x'.repeat(65),
    type: ['ONCE', 1],
  });
  expect(read).toMatchObject({ type: ['ONCE'] });
  expect(isFiltered({ status: read.status, q: read.q })).toBe(false);
});
