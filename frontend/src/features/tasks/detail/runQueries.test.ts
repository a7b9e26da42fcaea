import { expect, test } from 'vitest';
import { parseSearchText, printSearchText } from '@/shared/routing/searchText';
import { taskDetailSearchSchema } from '../taskDetailSearch';
import { toRunVariables } from './runQueries';

test('the filter and the page of the execution records stand in the address', () => {
  const search = { tab: 'overview', run: 'run_1', state: ['FAILED', 'SKIPPED'], after: 'c' };
  const text = printSearchText(search);
  expect(text).toBe('?tab=overview&run=run_1&state=FAILED&state=SKIPPED&after=c');
  const read = taskDetailSearchSchema.parse(parseSearchText(text));
  expect(read).toEqual(search);
  expect(toRunVariables('tsk_1', read)).toEqual({
    id: 'tsk_1',
    first: 20,
    after: 'c',
    where: { statusIn: ['FAILED', 'SKIPPED'] },
  });
});

test('an address without a filter asks for all of them', () => {
  expect(toRunVariables('tsk_1', taskDetailSearchSchema.parse({ state: 'WRONG' }))).toEqual({
    id: 'tsk_1',
    first: 20,
    after: null,
    where: {},
  });
});
