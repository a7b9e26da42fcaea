import { expect, test } from 'vitest';
import { audienceChoices } from './audienceChoices';
import type { Abilities } from './useAbilities';

const CDP: Pick<Abilities, 'modes' | 'reasons' | 'segmentPermission'> = {
  modes: ['RULE', 'SEGMENT', 'UPLOAD'],
  reasons: [{ mode: 'ALL', reason: 'TRIGGERED_ONLY' }],
  segmentPermission: true,
};
const all = () => true;
const whys = (...args: Parameters<typeof audienceChoices>) =>
  audienceChoices(...args).map(({ why }) => why ?? 'yes');

test('R43 all users are for triggered tasks', () => {
  expect(whys(CDP, all)).toEqual(['yes', 'yes', 'yes', 'TRIGGERED_ONLY']);
});

test('R23 what the project’s products lack cannot be chosen', () => {
  const none = {
    modes: ['UPLOAD' as const],
    reasons: [
      { mode: 'RULE' as const, reason: 'NO_SEGMENTS' },
      { mode: 'SEGMENT' as const, reason: 'SOMETHING_NEW' },
      { mode: 'ALL' as const, reason: 'TRIGGERED_ONLY' },
    ],
    segmentPermission: false,
  };
  expect(whys(none, all)).toEqual(['NO_SEGMENTS', 'OFF', 'yes', 'TRIGGERED_ONLY']);
});

test('R5 R7 R26 R34 segment permissions count where there are segments', () => {
  expect(whys(CDP, () => false).slice(0, 2)).toEqual(['NEEDS_EDIT', 'NEEDS_VIEW']);
  expect(whys({ ...CDP, segmentPermission: false }, () => false).slice(0, 2)).toEqual([
    'yes',
    'yes',
  ]);
});
