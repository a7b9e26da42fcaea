import { expect, test } from 'vitest';
import { cycleInput, EMPTY_CYCLE, readCycle, type StoredCycle } from './cycleForm';
import type { TimingForm } from './scheduleTypes';
import {
  EMPTY_TRIGGER,
  newTiming,
  readTrigger,
  type StoredTrigger,
  triggerInput,
} from './triggerForm';

const CYCLE: StoredCycle = {
  kind: 'MONTH_DAYS',
  every: null,
  weekdays: [],
  monthDays: [1, 31],
  times: ['10:00'],
  start: '2026-03-01T00:00:00Z',
  end: null,
};

test('R57 a stored cycle goes out as it came in', () => {
  expect(cycleInput(readCycle(CYCLE))).toEqual(CYCLE);
});

test('R57 a task without a cycle begins with a new one', () => {
  expect(readCycle(null)).toEqual(EMPTY_CYCLE);
  const nothing = { ...CYCLE, kind: null, monthDays: [], times: [] };
  expect(readCycle(nothing)).toMatchObject({ kind: 'DAYS', every: 1, times: [] });
});

test('R57 only the days of the chosen kind are sent, in order', () => {
  const form = {
    ...EMPTY_CYCLE,
    kind: 'WEEKDAYS' as const,
    weekdays: ['FRIDAY' as const, 'MONDAY' as const],
    monthDays: [3],
  };
  expect(cycleInput(form)).toMatchObject({
    every: null,
    weekdays: ['MONDAY', 'FRIDAY'],
    monthDays: [],
  });
});

const TRIGGER: StoredTrigger = {
  a: {
    events: [
      {
        event: 'cart',
        where: { op: 'AND', nodes: [{ op: 'PROPERTY', name: 'x', test: { test: 'IS_NULL' } }] },
      },
      { event: 'like', where: null },
    ],
    mode: 'EVERY',
    n: 3,
    from: '2026-03-01T00:00:00Z',
    to: '2026-03-31T00:00:00Z',
  },
  b: { events: [{ event: 'pay', where: null }], wait: { value: 2, unit: 'HOUR' } },
  timing: {
    kind: 'WEEKDAY',
    days: null,
    hours: null,
    minutes: null,
    at: null,
    time: '10:00',
    weekday: 'TUESDAY',
  },
  recheckAudience: true,
};

test('R73 R75 a stored trigger goes out as it came in', () => {
  expect(triggerInput(readTrigger(TRIGGER), 'DONE_A_NOT_B')).toEqual({
    ...TRIGGER,
    timing: { kind: 'WEEKDAY', weekday: 'TUESDAY', time: '10:00' },
  });
});

test('R61 without B for a task of done A', () => {
  expect(triggerInput(readTrigger(TRIGGER), 'DONE_A').b).toBeNull();
});

test('a filter that stands alone is brought into the shape of its editor', () => {
  const where = { op: 'PROPERTY', name: 'x', test: { test: 'IS_NULL' } };
  const stored = { ...TRIGGER, a: { ...TRIGGER.a, events: [{ event: 'cart', where }] } };
  expect(readTrigger(stored).a.events[0]?.where).toEqual({ op: 'AND', nodes: [where] });
});

test('a draft keeps its trigger however far it has got', () => {
  const input = triggerInput(EMPTY_TRIGGER, 'DONE_A_NOT_B');
  expect(input).toMatchObject({
    a: { events: [], n: 1, from: null },
    timing: { kind: 'IMMEDIATE' },
  });
  const half = {
    ...EMPTY_TRIGGER,
    b: { ...EMPTY_TRIGGER.b, wait: { value: null, unit: 'DAY' as const } },
  };
  expect(triggerInput(half, 'DONE_A_NOT_B').b?.wait).toEqual({ value: 0, unit: 'DAY' });
  expect(
    readTrigger({
      a: { events: [], mode: null, n: null, from: null, to: null },
      b: { events: [], wait: { value: 0, unit: 'DAY' } },
      timing: null,
      recheckAudience: false,
    }),
  ).toEqual({ ...half, a: { ...half.a, n: null } });
});

test.each([
  ['DELAY' as const, { days: 0, hours: 2, minutes: 0 }],
  ['TIME_OF_DAY' as const, { days: 0, hours: null, minutes: null }],
])('R65 R66 zeros, which are not stored, are zeros again: %s', (kind, expected) => {
  const nothing = { days: null, minutes: null, at: null, time: null, weekday: null };
  const timing = { ...nothing, kind, hours: kind === 'DELAY' ? 2 : null };
  expect(readTrigger({ ...TRIGGER, timing }).timing).toMatchObject(expected);
});

test.each<[TimingForm, object]>([
  [newTiming('IMMEDIATE'), { kind: 'IMMEDIATE' }],
  [
    { ...newTiming('DELAY'), days: null, time: '09:00' },
    { kind: 'DELAY', days: 0, hours: 1, minutes: 0 },
  ],
  [newTiming('TIME_OF_DAY'), { kind: 'TIME_OF_DAY', days: 1, time: '10:00' }],
  [
    { ...newTiming('DATETIME'), days: 3 },
    { kind: 'DATETIME', at: null },
  ],
  [newTiming('WEEKDAY'), { kind: 'WEEKDAY', weekday: 'MONDAY', time: '10:00' }],
])('R63 a timing sends the fields of its kind: $kind', (timing, expected) => {
  expect(triggerInput({ ...EMPTY_TRIGGER, timing }, 'DONE_A').timing).toEqual(expected);
});
