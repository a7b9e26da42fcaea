import { expect, test } from 'vitest';
import type { Catalogue } from '@/features/rules/catalogue';
import {
  checkCycle,
  checkTrigger,
  problemsUnder,
  type ScheduleProblem,
  shownProblems,
} from './checkSchedule';
import { EMPTY_CYCLE } from './cycleForm';
import type { CycleForm, TimingForm, TriggerForm } from './scheduleTypes';
import { EMPTY_TRIGGER, newTiming } from './triggerForm';

const NOW = Date.parse('2026-11-01T00:00:00Z');
const FROM = '2026-11-02T00:00:00Z';
const TO = '2026-11-30T00:00:00Z';
const WHOLE: CycleForm = { ...EMPTY_CYCLE, start: FROM, end: TO };
const brief = (found: readonly ScheduleProblem[]) =>
  found.map(({ path, rule }) => `${path} ${rule}`);

test.each<[string, Partial<CycleForm>, string[]]>([
  ['R57 R58 a whole cycle', {}, []],
  ['R57 every so many days', { every: null }, ['cycle.every REQUIRED']],
  ['R57 at most 365 days', { every: 366 }, ['cycle.every OUT_OF_RANGE']],
  ['R57 whole days', { every: 1.5 }, ['cycle.every OUT_OF_RANGE']],
  ['R57 a weekday at least', { kind: 'WEEKDAYS' }, ['cycle.weekdays REQUIRED']],
  ['R57 a day of the month at least', { kind: 'MONTH_DAYS' }, ['cycle.monthDays REQUIRED']],
  [
    'R57 what another kind held does not matter',
    { kind: 'WEEKDAYS', weekdays: ['MONDAY'], every: null },
    [],
  ],
  ['R57 a time at least', { times: [] }, ['cycle.times REQUIRED']],
  ['R57 a time that is not chosen', { times: ['10:00', ''] }, ['cycle.times.1 REQUIRED']],
  ['R57 a time twice', { times: ['10:00', '10:00'] }, ['cycle.times.1 DUPLICATE_TIME']],
  ['R57 no time of the clock', { times: ['24:00'] }, ['cycle.times.0 BAD_TIME']],
  [
    'R57 at most 24 times',
    {
      times: Array.from(
        { length: 25 },
        (_, i) => `${String(i % 24).padStart(2, '0')}:${i < 24 ? '00' : '30'}`,
      ),
    },
    ['cycle.times TOO_MANY'],
  ],
  [
    'R58 a start and an end',
    { start: null, end: null },
    ['cycle.start REQUIRED', 'cycle.end REQUIRED'],
  ],
  ['R58 the start before the end', { start: TO, end: FROM }, ['cycle.start START_AFTER_END']],
  [
    'R58 an end that has passed',
    { start: '2026-10-01T00:00:00Z', end: '2026-10-31T00:00:00Z' },
    ['cycle.end IN_THE_PAST'],
  ],
  ['R58 a start that has passed is no mistake', { start: '2026-10-01T00:00:00Z' }, []],
])('%s', (_what, change, expected) => {
  expect(brief(checkCycle({ ...WHOLE, ...change }, NOW))).toEqual(expected);
});

interface Change {
  type?: 'DONE_A' | 'DONE_A_NOT_B';
  a?: Partial<TriggerForm['a']>;
  b?: Partial<TriggerForm['b']>;
  timing?: TimingForm;
  endsAt?: string;
  catalogue?: Catalogue;
}
const CATALOGUE: Catalogue = {
  attributes: [],
  tags: [],
  tables: [],
  idTypes: [],
  segments: [],
  events: [{ id: 'evt_1', name: 'cart', label: '加购', enabled: false, fields: [] }],
};
const filtered = {
  op: 'AND' as const,
  nodes: [
    { op: 'PROPERTY' as const, name: 'x', test: { test: 'IN' as const, values: [] as string[] } },
  ],
};

function check({ type = 'DONE_A', a, b, timing, endsAt, catalogue }: Change) {
  const form: TriggerForm = {
    ...EMPTY_TRIGGER,
    a: { ...EMPTY_TRIGGER.a, events: [{ event: 'cart' }], from: FROM, to: TO, ...a },
    b: { ...EMPTY_TRIGGER.b, events: [{ event: 'pay' }], ...b },
    timing: timing ?? newTiming('IMMEDIATE'),
  };
  const facts = { type, endsAt: endsAt ?? null, now: NOW, catalogue: catalogue ?? null };
  return brief(checkTrigger(form, facts));
}
const days = (count: number | null) => ({ ...newTiming('DELAY'), days: count, hours: 0 });

test.each<[string, Change, string[]]>([
  ['R61 R68 a whole trigger', {}, []],
  ['R61 an event', { a: { events: [{ event: '' }] } }, ['trigger.a.events.0.event REQUIRED']],
  [
    'R61 a filter that is whole',
    { a: { events: [{ event: 'cart', where: filtered }] } },
    ['trigger.a.events.0.where.nodes.0.test.values REQUIRED'],
  ],
  [
    'R61 an event that is off',
    { catalogue: CATALOGUE },
    ['trigger.a.events.0.event DISABLED_NAME'],
  ],
  [
    'R61 an event that is no more',
    { a: { events: [{ event: 'gone' }] }, catalogue: CATALOGUE },
    ['trigger.a.events.0.event UNKNOWN_NAME'],
  ],
  ['R62 how many times', { a: { n: null } }, ['trigger.a.n REQUIRED']],
  ['R62 at most 1000 times', { a: { n: 1001 } }, ['trigger.a.n OUT_OF_RANGE']],
  [
    'R68 a window',
    { a: { from: null, to: null } },
    ['trigger.a.from REQUIRED', 'trigger.a.to REQUIRED'],
  ],
  ['R68 in order', { a: { from: TO, to: FROM } }, ['trigger.a.from START_AFTER_END']],
  [
    'R68 not over yet',
    { a: { from: '2026-10-01T00:00:00Z', to: '2026-10-02T00:00:00Z' } },
    ['trigger.a.to IN_THE_PAST'],
  ],
  ['R74 B does not matter to done A', { b: { events: [{ event: '' }] } }, []],
  [
    'R74 an event B',
    { type: 'DONE_A_NOT_B', b: { events: [{ event: '' }] } },
    ['trigger.b.events.0.event REQUIRED'],
  ],
  [
    'R74 a wait',
    { type: 'DONE_A_NOT_B', b: { wait: { value: null, unit: 'HOUR' } } },
    ['trigger.b.wait.value REQUIRED'],
  ],
  [
    'R74 at most 30 days',
    { type: 'DONE_A_NOT_B', b: { wait: { value: 721, unit: 'HOUR' } } },
    ['trigger.b.wait.value OUT_OF_RANGE'],
  ],
  ['R74 30 days', { type: 'DONE_A_NOT_B', b: { wait: { value: 30, unit: 'DAY' } } }, []],
  [
    'R74 B that is A',
    { type: 'DONE_A_NOT_B', b: { events: [{ event: 'cart' }] } },
    ['trigger.b.events.0 SAME_AS_A'],
  ],
  [
    'R74 B that is A with a filter of its own',
    {
      type: 'DONE_A_NOT_B',
      b: {
        events: [
          {
            event: 'cart',
            where: {
              op: 'AND',
              nodes: [{ op: 'PROPERTY', name: 'x', test: { test: 'IS_NULL' } }],
            },
          },
        ],
      },
    },
    [],
  ],
  ['R65 365 days', { timing: days(365) }, []],
  ['R65 more than 365 days', { timing: days(366) }, ['trigger.timing DELAY_RANGE']],
  ['R65 no delay at all', { timing: days(null) }, ['trigger.timing DELAY_RANGE']],
  [
    'R65 together more than 365 days',
    { timing: { ...days(365), minutes: 1 } },
    ['trigger.timing DELAY_RANGE'],
  ],
  ['R66 an instant', { timing: newTiming('DATETIME') }, ['trigger.timing.at REQUIRED']],
  [
    'R66 a time of day within a year',
    { timing: { ...newTiming('TIME_OF_DAY'), days: 365, time: '' } },
    ['trigger.timing.days OUT_OF_RANGE', 'trigger.timing.time REQUIRED'],
  ],
  [
    'R67 a weekday with its time',
    { timing: { ...newTiming('WEEKDAY'), weekday: null, time: '' } },
    ['trigger.timing.weekday REQUIRED', 'trigger.timing.time REQUIRED'],
  ],
  [
    'R69 an end before the window ends',
    { endsAt: '2026-11-29T00:00:00Z' },
    ['endsAt BEFORE_WINDOW_END'],
  ],
  ['R69 an end of its own', { endsAt: '2026-12-29T00:00:00Z' }, []],
  ['R69 an end that has passed', { endsAt: '2026-10-29T00:00:00Z' }, ['endsAt IN_THE_PAST']],
])('%s', (_what, change, expected) => {
  expect(check(change)).toEqual(expected);
});

const at = (path: string, rule = 'X'): ScheduleProblem => ({
  path,
  rule,
  message: rule,
  params: {},
});

test('what is merely missing is shown after a try, mistakes at once', () => {
  const own = [at('cycle.start', 'REQUIRED'), at('cycle.times.1', 'DUPLICATE_TIME')];
  expect(brief(shownProblems(own, [], false))).toEqual(['cycle.times.1 DUPLICATE_TIME']);
  expect(shownProblems(own, [], true)).toHaveLength(2);
});

test('the server says what was not found here, and that once', () => {
  const own = [at('trigger.timing', 'DELAY_RANGE'), at('trigger.a.events.0.event', 'REQUIRED')];
  const servers = [
    at('trigger.timing', 'OUT_OF_RANGE'),
    at('trigger.a.events', 'REQUIRED'),
    at('trigger.timing.at', 'AFTER_END'),
    at('trigger.timing.at', 'AFTER_END'),
  ];
  expect(brief(shownProblems(own, servers, true))).toEqual([
    'trigger.timing DELAY_RANGE',
    'trigger.a.events.0.event REQUIRED',
    'trigger.timing.at AFTER_END',
  ]);
});

test('a field has the problems below it, but for those of places of their own', () => {
  const found = [at('trigger.a.events'), at('trigger.a.events.0.event'), at('trigger.a.eventsx')];
  expect(problemsUnder(found, 'trigger.a.events', ['trigger.a.events.0'])).toEqual([
    at('trigger.a.events'),
  ]);
});
