import { expect, test } from 'vitest';
import { whereOf } from './approvalQueries';

const viewer = { accountId: 'usr_1', selfApproval: false };

test('one’s own submissions do not wait for oneself, unless the project allows it', () => {
  expect(whereOf('todo', viewer)).toEqual({ status: 'PENDING', submitterIDNEQ: 'usr_1' });
  expect(whereOf('todo', { ...viewer, selfApproval: true })).toEqual({ status: 'PENDING' });
});

test('the other tabs are by submitter and by decider', () => {
  expect(whereOf('mine', viewer)).toEqual({ submitterID: 'usr_1' });
  expect(whereOf('done', viewer)).toEqual({ deciderID: 'usr_1' });
});
