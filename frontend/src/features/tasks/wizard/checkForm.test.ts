import { expect, test } from 'vitest';
import { checkForm, type FormFacts } from './checkForm';
import { EMPTY_FORM, type TaskForm } from './taskForm';

const NOW = Date.parse('2026-11-01T00:00:00Z');
const TEMPLATE: NonNullable<FormFacts['template']> = {
  removedAt: null,
  fields: [
    { key: 'thing1', kind: 'thing', maxLength: 20, enum: [] },
    { key: 'date2', kind: 'date', maxLength: null, enum: [] },
  ],
};
const FACTS: FormFacts = {
  now: NOW,
  template: TEMPLATE,
  upload: { channelID: 'chn_1', status: 'READY' },
};
const WHOLE: TaskForm = {
  ...EMPTY_FORM,
  name: '会员日',
  reachAt: '2026-11-11T02:00:00Z',
  channelId: 'chn_1',
  uploadId: 'upl_1',
  templateId: 'tpl_1',
  content: {
    thing1: { text: '会员日专享', overlong: 'DROP' },
    date2: { text: '2026年11月11日', overlong: 'DROP' },
  },
  openMode: 'NONE',
};
const thing1 = (text: string, overlong: 'DROP' | 'TRUNCATE' = 'DROP') => ({
  content: { ...WHOLE.content, thing1: { text, overlong } },
});

const TRIGGER: TaskForm['trigger'] = {
  ...EMPTY_FORM.trigger,
  a: {
    ...EMPTY_FORM.trigger.a,
    events: [{ event: 'cart' }],
    from: '2026-11-02T00:00:00Z',
    to: '2026-11-30T00:00:00Z',
  },
};

test.each<[string, Partial<TaskForm>]>([
  [
    'R57 a repeating task has a cycle and no reach time',
    {
      type: 'REPEAT',
      reachAt: null,
      cycle: { ...EMPTY_FORM.cycle, start: '2026-11-02T00:00:00Z', end: '2026-11-30T00:00:00Z' },
    },
  ],
  [
    'R61 a triggered task has a trigger, everybody, and what the event was',
    {
      type: 'DONE_A',
      reachAt: null,
      uploadId: null,
      audienceMode: 'ALL',
      trigger: TRIGGER,
      ...thing1('{{event.amount}}'),
    },
  ],
])('%s', (_what, form) => {
  expect(checkForm({ ...WHOLE, ...form }, FACTS)).toEqual([]);
});

test('a whole task has no problems', () => {
  expect(checkForm(WHOLE, FACTS)).toEqual([]);
});

test.each<[string, Partial<TaskForm>, Partial<FormFacts>, string, string, 'save' | 'submit']>([
  ['R13 the name is required', { name: '  ' }, {}, 'name', 'REQUIRED', 'save'],
  [
    'R13 a name has at most 60 characters',
    { name: '名'.repeat(61) },
    {},
    'name',
    'TOO_LONG',
    'save',
  ],
  [
    'R32 a tester ID is an openid',
    { supplementary: ['short'] },
    {},
    'supplementary',
    'INVALID_ID',
    'save',
  ],
  [
    'R32 at most 100 tester IDs',
    {
      supplementary: Array.from(
        { length: 101 },
        (_, i) => `oTester_${String(i).padStart(12, '0')}`,
      ),
    },
    {},
    'supplementary',
    'TOO_MANY',
    'save',
  ],
  ['R49 the reach time is required', { reachAt: null }, {}, 'reachAt', 'REQUIRED', 'submit'],
  [
    'R49 a past reach time stays in the draft',
    { reachAt: '2026-10-01T00:00:00Z' },
    {},
    'reachAt',
    'IN_THE_PAST',
    'submit',
  ],
  [
    'a reach time is a minute ahead',
    { reachAt: '2026-11-01T00:00:30Z' },
    {},
    'reachAt',
    'TOO_SOON',
    'submit',
  ],
  ['R34 a segment is required', { audienceMode: 'SEGMENT' }, {}, 'segmentId', 'REQUIRED', 'submit'],
  ['R24 a rule is required', { audienceMode: 'RULE' }, {}, 'rule', 'REQUIRED', 'submit'],
  [
    'R24 half a rule stays in the draft',
    {
      audienceMode: 'RULE',
      rule: {
        op: 'AND',
        nodes: [{ op: 'AND', nodes: [{ op: 'TAG', name: '', test: { test: 'IS_NULL' } }] }],
      },
    },
    {},
    'rule',
    'INCOMPLETE',
    'submit',
  ],
  [
    'R39 a list is for scheduled tasks',
    { type: 'DONE_A', trigger: TRIGGER, uploadId: null },
    {},
    'audienceMode',
    'SCHEDULED_ONLY',
    'submit',
  ],
  [
    'R43 everybody is for triggered tasks',
    { audienceMode: 'ALL' },
    {},
    'audienceMode',
    'TRIGGERED_ONLY',
    'submit',
  ],
  [
    'R57 R58 half a cycle stays in the draft',
    { type: 'REPEAT', reachAt: null },
    {},
    'cycle',
    'INCOMPLETE',
    'submit',
  ],
  [
    'R61 R68 half a trigger stays in the draft',
    { type: 'DONE_A', audienceMode: 'ALL', reachAt: null },
    {},
    'trigger',
    'INCOMPLETE',
    'submit',
  ],
  [
    'R74 A, not B needs its B',
    { type: 'DONE_A_NOT_B', audienceMode: 'ALL', trigger: TRIGGER },
    {},
    'trigger',
    'INCOMPLETE',
    'submit',
  ],
  [
    'R83 a scheduled task has no event to speak of',
    thing1('{{event.amount}}'),
    {},
    'content.thing1.text',
    'NO_EVENT',
    'submit',
  ],
  ['R38 a file is required', { uploadId: null }, {}, 'uploadId', 'REQUIRED', 'submit'],
  [
    'R41 the file is of this channel',
    {},
    { upload: { channelID: 'chn_2', status: 'READY' } },
    'uploadId',
    'OTHER_CHANNEL',
    'submit',
  ],
  [
    'a failed file will not do',
    {},
    { upload: { channelID: 'chn_1', status: 'FAILED' } },
    'uploadId',
    'UPLOAD_FAILED',
    'submit',
  ],
  ['R76 a channel is required', { channelId: null }, {}, 'channelId', 'REQUIRED', 'submit'],
  ['R82 a template is required', { templateId: null }, {}, 'templateId', 'REQUIRED', 'submit'],
  [
    'R82 a removed template will not do',
    {},
    { template: { ...TEMPLATE, removedAt: '2026-10-01T00:00:00Z' } },
    'templateId',
    'TEMPLATE_REMOVED',
    'submit',
  ],
  ['R83 a parameter must be filled', thing1(' '), {}, 'content.thing1.text', 'REQUIRED', 'submit'],
  [
    'R83 braces must be variables',
    thing1('{{nickname}}'),
    {},
    'content.thing1.text',
    'BROKEN_VARIABLE',
    'save',
  ],
  [
    'R85 fixed text over the limit is not sent',
    thing1('长'.repeat(21)),
    {},
    'content.thing1.text',
    'TOO_LONG',
    'submit',
  ],
  [
    'R85 fixed text beside a variable too',
    thing1(`${'长'.repeat(21)}{{attr.a|b}}`),
    {},
    'content.thing1.text',
    'NO_ROOM',
    'submit',
  ],
  [
    'a value is of its kind',
    { content: { ...WHOLE.content, date2: { text: '明天', overlong: 'DROP' } } },
    {},
    'content.date2.text',
    'VALUE_INVALID',
    'submit',
  ],
  ['R86 an open mode is required', { openMode: null }, {}, 'openMode', 'REQUIRED', 'submit'],
  ['R87 a link is required', { openMode: 'H5' }, {}, 'openUrl', 'REQUIRED', 'submit'],
  [
    'R87 a link is https',
    { openMode: 'H5', openUrl: 'javascript:alert(1)' },
    {},
    'openUrl',
    'INVALID_URL',
    'submit',
  ],
  [
    'R88 a page is required',
    { openMode: 'MINI_PROGRAM', openAppId: 'wx1' },
    {},
    'openPath',
    'REQUIRED',
    'submit',
  ],
])('%s', (_what, form, facts, path, rule, stops) => {
  expect(checkForm({ ...WHOLE, ...form }, { ...FACTS, ...facts })).toEqual([
    expect.objectContaining({ path, rule, stops }),
  ]);
});

test('R85 what may be cut may be too long', () => {
  expect(checkForm({ ...WHOLE, ...thing1('长'.repeat(30), 'TRUNCATE') }, FACTS)).toEqual([]);
});
