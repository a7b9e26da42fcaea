import { expect, test } from 'vitest';
import { can } from './can';

test('only a granted key opens a door; a longer or shorter one does not', () => {
  expect(can(['outreach.task.view'], 'outreach.task.view')).toBe(true);
  expect(can(['outreach.task'], 'outreach.task.view')).toBe(false);
  expect(can([], 'channel.wechat_mp.manage')).toBe(false);
});
