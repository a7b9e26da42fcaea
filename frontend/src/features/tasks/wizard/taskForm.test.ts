import { expect, test } from 'vitest';
import {
  contentFor,
  EMPTY_FORM,
  fromTask,
  type TaskForm,
  toTaskInput,
  withChannel,
} from './taskForm';

type Task = Parameters<typeof fromTask>[0];

const DRAFT: Task = {
  id: 'tsk_1',
  version: 3,
  updatedAt: '2026-11-01T00:00:00Z',
  status: 'DRAFT',
  operations: ['VIEW', 'EDIT'],
  name: '会员日提醒',
  method: 'WECHAT_SUBSCRIPTION',
  type: 'ONCE',
  applicationID: 'app_1',
  campaignID: null,
  groups: [{ id: 'grp_1' }, { id: 'grp_2' }],
  audienceMode: 'UPLOAD',
  subject: 'user',
  segmentID: null,
  rule: null,
  listed: true,
  segmentRoles: null,
  refreshBefore: true,
  refreshFailure: 'DO_NOT_SEND',
  uploadID: 'upl_1',
  supplementary: ['oTester_000000000001'],
  reachAt: '2026-11-11T02:00:00Z',
  cycle: null,
  trigger: null,
  endsAt: null,
  approvalTimeout: 'RUN_ONCE_APPROVED',
  channelID: 'chn_1',
  messageClass: 'URGENT',
  templateID: 'tpl_1',
  content: { params: [{ key: 'thing1', text: '你好', overlong: 'TRUNCATE' }] },
  openMode: 'H5',
  openURL: 'https://example.com/a',
  openAppID: '',
  openPath: '',
  globalLimit: false,
  resendUnconfirmed: true,
};

const RULE: TaskForm['rule'] = {
  op: 'AND',
  nodes: [{ op: 'AND', nodes: [{ op: 'IDENTITY', idType: 'phone', has: true }] }],
};

test('a stored draft comes back as the input that stored it', () => {
  expect(toTaskInput(fromTask(DRAFT))).toEqual({
    name: '会员日提醒',
    method: 'WECHAT_SUBSCRIPTION',
    type: 'ONCE',
    applicationId: 'app_1',
    campaignId: null,
    groupIds: ['grp_1', 'grp_2'],
    audienceMode: 'UPLOAD',
    subject: 'user',
    segmentId: null,
    rule: null,
    listed: true,
    segmentRoles: [],
    refreshBefore: true,
    refreshFailure: 'DO_NOT_SEND',
    uploadId: 'upl_1',
    supplementary: ['oTester_000000000001'],
    reachAt: '2026-11-11T02:00:00Z',
    cycle: null,
    trigger: null,
    endsAt: null,
    approvalTimeout: 'RUN_ONCE_APPROVED',
    channelId: 'chn_1',
    messageClass: 'URGENT',
    templateId: 'tpl_1',
    content: [{ key: 'thing1', text: '你好', overlong: 'TRUNCATE' }],
    openMode: 'H5',
    openUrl: 'https://example.com/a',
    openAppId: '',
    openPath: '',
    globalLimit: false,
    resendUnconfirmed: true,
  });
});

test.each<[string, Partial<TaskForm>, Record<string, unknown>]>([
  ['the name is trimmed and NFC', { name: '  Cafe\u0301 ' }, { name: 'Café' }],
  ['what is empty is null', {}, { reachAt: null, uploadId: null, openMode: null }],
  [
    'R86 only what belongs to the open mode is saved',
    { openMode: 'MINI_PROGRAM', openUrl: 'https://a.b', openAppId: 'wx1', openPath: ' pages/a ' },
    { openMode: 'MINI_PROGRAM', openUrl: '', openAppId: 'wx1', openPath: 'pages/a' },
  ],
  [
    'R89 none saves no target',
    { openMode: 'NONE', openUrl: 'https://a.b', openPath: 'x' },
    { openUrl: '', openPath: '' },
  ],
  [
    'defaults of a new task',
    {},
    { globalLimit: true, approvalTimeout: 'CANCEL', messageClass: 'NORMAL' },
  ],
  [
    'R24 a rule is saved in mode RULE only',
    { audienceMode: 'RULE', rule: RULE, uploadId: 'upl_1', segmentId: 'seg_1' },
    { audienceMode: 'RULE', rule: RULE.nodes[0], uploadId: null, segmentId: null },
  ],
  [
    'R34 a segment is saved in mode SEGMENT only',
    { audienceMode: 'SEGMENT', rule: RULE, segmentId: 'seg_1', segmentRoles: ['VIEWER'] },
    { rule: null, segmentId: 'seg_1', segmentRoles: [] },
  ],
  [
    'R32 all users have no supplementary recipients',
    { audienceMode: 'ALL', supplementary: ['oTester_000000000001'] },
    { supplementary: [] },
  ],
  [
    'R57 a cycle is saved with type REPEAT only',
    { type: 'REPEAT', reachAt: '2026-11-11T02:00:00Z', endsAt: '2026-12-01T00:00:00Z' },
    {
      reachAt: null,
      cycle: { kind: 'DAYS', every: 1, weekdays: [], monthDays: [], times: ['10:00'] },
      trigger: null,
      endsAt: null,
    },
  ],
  [
    'R61 a trigger is saved with the triggered types only, without B unless the type has one',
    { type: 'DONE_A', endsAt: '2026-12-01T00:00:00Z' },
    {
      cycle: null,
      trigger: { a: { events: [], mode: 'CUMULATIVE', n: 1 }, b: null },
      endsAt: '2026-12-01T00:00:00Z',
    },
  ],
  [
    'R74 A, not B has both',
    { type: 'DONE_A_NOT_B' },
    { trigger: { b: { events: [], wait: { value: 20, unit: 'MINUTE' } } }, endsAt: null },
  ],
])('%s', (_what, over, expected) => {
  expect(toTaskInput({ ...EMPTY_FORM, ...over })).toMatchObject(expected);
});

test('R76 another channel clears the content and keeps the rest', () => {
  const form = { ...fromTask(DRAFT), ...withChannel('chn_2') };
  expect(form).toMatchObject({ channelId: 'chn_2', templateId: null, content: {} });
  expect(form).toMatchObject({ name: '会员日提醒', uploadId: 'upl_1', openMode: 'H5' });
});

test('another template keeps what was written for the same parameters', () => {
  const old: TaskForm['content'] = { thing1: { text: '你好', overlong: 'TRUNCATE' } };
  expect(contentFor([{ key: 'thing1' }, { key: 'date2' }], old)).toEqual({
    thing1: { text: '你好', overlong: 'TRUNCATE' },
    date2: { text: '', overlong: 'DROP' },
  });
});
