import { checkEvent } from '@/features/rules/checkRule';
import { filterJoin } from '@/features/rules/ruleTree';
import type { Filter } from '@/features/rules/ruleTypes';
import type { VariablesOf } from '@/shared/graphql/graphql';
import type { PreviewTrigger } from './preview';
import type {
  EventForm,
  SpanUnit,
  TaskType,
  TimingForm,
  TimingKind,
  TriggerForm,
  TriggerMode,
  Weekday,
} from './scheduleTypes';

export type TriggerInput = VariablesOf<typeof PreviewTrigger>['trigger'];
type EventInput = NonNullable<NonNullable<TriggerInput['a']>['events']>[number];
type TimingInput = NonNullable<TriggerInput['timing']>;

const NO_TIMING: TimingForm = {
  kind: 'IMMEDIATE',
  days: null,
  hours: null,
  minutes: null,
  at: null,
  time: '',
  weekday: null,
};

/** A new trigger: the first time somebody does A, at once, and so never twice to one person. */
export const EMPTY_TRIGGER: TriggerForm = {
  a: { events: [{ event: '' }], mode: 'CUMULATIVE', n: 1, from: null, to: null },
  b: { events: [{ event: '' }], wait: { value: 20, unit: 'MINUTE' } },
  timing: NO_TIMING,
  recheckAudience: false,
};

/** A timing of a kind that has just been chosen. */
export function newTiming(kind: TimingKind): TimingForm {
  switch (kind) {
    case 'DELAY':
      return { ...NO_TIMING, kind, days: 0, hours: 1, minutes: 0 };
    case 'TIME_OF_DAY':
      return { ...NO_TIMING, kind, days: 1, time: '10:00' };
    case 'WEEKDAY':
      return { ...NO_TIMING, kind, weekday: 'MONDAY', time: '10:00' };
    case 'IMMEDIATE':
    case 'DATETIME':
      return { ...NO_TIMING, kind };
  }
}

interface StoredEvent {
  event: string;
  where: unknown;
}

/** A trigger as the API gives it. */
export interface StoredTrigger {
  a: {
    events: readonly StoredEvent[];
    mode: TriggerMode | null;
    n: number | null;
    from: string | null;
    to: string | null;
  };
  b: {
    events: readonly StoredEvent[];
    wait: { value: number; unit: SpanUnit } | null;
  } | null;
  timing: {
    kind: TimingKind | null;
    days: number | null;
    hours: number | null;
    minutes: number | null;
    at: string | null;
    time: string | null;
    weekday: Weekday | null;
  } | null;
  recheckAudience: boolean;
}

/** A stored trigger as the editor holds it; a new one when there is none. */
export function readTrigger(stored: StoredTrigger | null | undefined): TriggerForm {
  if (!stored) return EMPTY_TRIGGER;
  const { a, b, timing } = stored;
  return {
    a: {
      events: readEvents(a.events),
      mode: a.mode ?? EMPTY_TRIGGER.a.mode,
      n: a.n,
      from: a.from,
      to: a.to,
    },
    b: b ? { events: readEvents(b.events), wait: readWait(b.wait) } : EMPTY_TRIGGER.b,
    timing: readTiming(timing),
    recheckAudience: stored.recheckAudience,
  };
}

/** A stored timing holds no zeros: what a delay lacks is none, and no days are the same day. */
function readTiming(stored: StoredTrigger['timing']): TimingForm {
  if (!stored?.kind) return NO_TIMING;
  const { kind, at, weekday } = stored;
  const timing = { ...NO_TIMING, kind, at, time: stored.time ?? '', weekday };
  switch (kind) {
    case 'DELAY':
      return {
        ...timing,
        days: stored.days ?? 0,
        hours: stored.hours ?? 0,
        minutes: stored.minutes ?? 0,
      };
    case 'TIME_OF_DAY':
      return { ...timing, days: stored.days ?? 0 };
    case 'IMMEDIATE':
    case 'DATETIME':
    case 'WEEKDAY':
      return timing;
  }
}

function readWait(stored: { value: number; unit: SpanUnit } | null): TriggerForm['b']['wait'] {
  return { value: stored?.value || null, unit: stored?.unit ?? 'MINUTE' };
}

/** There is always a row to choose an event in. */
function readEvents(stored: readonly StoredEvent[]): EventForm[] {
  const events = stored.map(({ event, where }) => ({
    event,
    ...(where ? { where: filterJoin(where as Filter) } : {}),
  }));
  return events.length > 0 ? events : EMPTY_TRIGGER.a.events;
}

/** What is sent: what belongs to the type and to the kind of timing. */
export function triggerInput(form: TriggerForm, type: TaskType): TriggerInput {
  const { a, b } = form;
  return {
    a: { events: eventInputs(a.events), mode: a.mode, n: a.n, from: a.from, to: a.to },
    b:
      type === 'DONE_A_NOT_B'
        ? {
            events: eventInputs(b.events),
            // 0 is refused when the task is submitted, and keeps the unit until then.
            wait: { value: b.wait.value ?? 0, unit: b.wait.unit },
          }
        : null,
    timing: timingInput(form.timing),
    recheckAudience: form.recheckAudience,
  };
}

/**
 * What is asked to be previewed: without filters that are not whole yet, which would hide the
 * rest, and on which neither the end nor the example depends.
 */
export function previewInput(form: TriggerForm, type: TaskType): TriggerInput {
  const whole = (events: readonly EventForm[]) =>
    events.map(({ event, where }) =>
      checkEvent({ event, where }, '', null).length === 0 ? { event, where } : { event },
    );
  const { a, b } = form;
  return triggerInput(
    { ...form, a: { ...a, events: whole(a.events) }, b: { ...b, events: whole(b.events) } },
    type,
  );
}

/** One row in which nothing is chosen yet is no event; further ones are, so that places keep their numbers. */
function eventInputs(events: readonly EventForm[]): EventInput[] {
  const [only] = events;
  if (events.length === 1 && only && only.event === '') return [];
  return events.map(({ event, where }) => ({
    event,
    where: where && where.nodes.length > 0 ? where : null,
  }));
}

function timingInput({ kind, ...timing }: TimingForm): TimingInput {
  const { days, hours, minutes, at, weekday } = timing;
  const time = timing.time || null;
  switch (kind) {
    case 'IMMEDIATE':
      return { kind };
    case 'DELAY':
      return { kind, days: days ?? 0, hours: hours ?? 0, minutes: minutes ?? 0 };
    case 'DATETIME':
      return { kind, at };
    case 'TIME_OF_DAY':
      return { kind, days: days ?? 0, time };
    case 'WEEKDAY':
      return { kind, weekday, time };
  }
}

/** A trigger of the editor as the API would give it back: for the same sentence before it is saved. */
export function asStored(form: TriggerForm, type: TaskType): StoredTrigger {
  const { a, b, timing, recheckAudience } = form;
  const events = (list: readonly EventForm[]) =>
    list.map(({ event, where }) => ({ event, where: where ?? null }));
  const { value, unit } = b.wait;
  return {
    a: { ...a, events: events(a.events) },
    b:
      type === 'DONE_A_NOT_B'
        ? { events: events(b.events), wait: value === null ? null : { value, unit } }
        : null,
    timing,
    recheckAudience,
  };
}
