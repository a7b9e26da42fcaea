import { expect, test } from 'vitest';
import { conditionOf } from './channelState';

const NOW = Date.parse('2026-11-01T00:00:00Z');

test.each([
  [{ enabled: true, state: 'READY', pausedUntil: null }, 'READY'],
  [{ enabled: true, state: 'UNCHECKED', pausedUntil: null }, 'UNCHECKED'],
  [{ enabled: true, state: 'READY', pausedUntil: '2026-11-02T00:00:00Z' }, 'PAUSED'],
  [{ enabled: true, state: 'READY', pausedUntil: '2026-10-31T00:00:00Z' }, 'READY'],
  [{ enabled: true, state: 'ABNORMAL', pausedUntil: '2026-11-02T00:00:00Z' }, 'ABNORMAL'],
  [{ enabled: false, state: 'ABNORMAL', pausedUntil: null }, 'DISABLED'],
] as const)('%j is %s', (channel, condition) => {
  expect(conditionOf(channel, NOW)).toBe(condition);
});
