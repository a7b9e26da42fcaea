import { expect, test } from 'vitest';
import { campaignSearchSchema, toCampaignVariables } from './campaignSearch';

test.each([
  [{}, { first: 20, after: null, where: {} }],
  [{ q: '双十一' }, { first: 20, after: null, where: { nameContainsFold: '双十一' } }],
  [
    { group: 'cgr_1', after: 'c' },
    { first: 20, after: 'c', where: { groupID: 'cgr_1' } },
  ],
  [{ before: 'c' }, { last: 20, before: 'c', where: {} }],
])('the address %j asks for %j', (search, variables) => {
  expect(toCampaignVariables(campaignSearchSchema.parse(search))).toEqual(variables);
});
