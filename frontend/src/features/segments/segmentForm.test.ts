import { expect, test } from 'vitest';
import { EMPTY_RULE, readRule } from '@/features/rules/ruleTree';
import { EMPTY_SEGMENT, fromSegment, toSegmentInput } from './segmentForm';

const STORED: Parameters<typeof fromSegment>[0] = {
  __typename: 'Segment',
  id: 'seg_1',
  name: '老客',
  description: '',
  subject: 'user',
  rule: { op: 'AND', nodes: [{ op: 'IDENTITY', idType: 'phone', has: true }] },
  updateMode: 'DAILY',
  dailyAt: '05:30',
  listed: true,
  roles: ['VIEWER'],
  channelID: 'chn_1',
  editable: true,
  originTask: null,
};

test('a stored segment comes back as the input that stored it', () => {
  expect(toSegmentInput(fromSegment(STORED), readRule(STORED.rule), false)).toEqual({
    name: '老客',
    description: '',
    rule: STORED.rule,
    updateMode: 'DAILY',
    dailyAt: '05:30',
    listed: true,
    roles: ['VIEWER'],
    channelId: 'chn_1',
  });
});

test('a new one names its subject; an on-demand one no time', () => {
  expect(toSegmentInput({ ...EMPTY_SEGMENT, name: ' a ' }, EMPTY_RULE, true)).toEqual({
    name: 'a',
    description: '',
    subject: 'user',
    rule: null,
    updateMode: 'ON_DEMAND',
    listed: true,
    roles: [],
    channelId: null,
  });
});
