import type { FilterJoin } from '@/features/rules/ruleTypes';
import type { EnumOf } from '@/shared/graphql/graphql';

/*
 * When a task reaches people, as its editors hold it. Fields are named as in the API's CycleInput
 * and TriggerInput, so that a problem's path leads straight to its field. While something is
 * being chosen, fields of other kinds keep what they held; cycleInput and triggerInput leave
 * them out.
 */

export type TaskType = EnumOf<'TaskType'>;
export type Weekday = EnumOf<'Weekday'>;
export type CycleKind = EnumOf<'CycleKind'>;
export type TriggerMode = EnumOf<'TriggerMode'>;
export type TimingKind = EnumOf<'TimingKind'>;
export type SpanUnit = EnumOf<'SpanUnit'>;

export const WEEKDAYS = [
  'MONDAY',
  'TUESDAY',
  'WEDNESDAY',
  'THURSDAY',
  'FRIDAY',
  'SATURDAY',
  'SUNDAY',
] as const satisfies readonly Weekday[];
export const CYCLE_KINDS = ['DAYS', 'WEEKDAYS', 'MONTH_DAYS'] as const satisfies CycleKind[];
export const SPAN_UNITS = ['MINUTE', 'HOUR', 'DAY'] as const satisfies SpanUnit[];

/** Limits of the API (spec §10). */
export const LIMITS = {
  every: 365,
  times: 24,
  events: 10,
  n: 1000,
  delayDays: 365,
  waitDays: 30,
  windowYears: 1,
  cycleYears: 10,
} as const;

export interface CycleForm {
  kind: CycleKind;
  every: number | null;
  weekdays: Weekday[];
  monthDays: number[];
  /** "HH:MM" each; an empty one is still to be chosen. */
  times: string[];
  /** Instants, ISO 8601. */
  start: string | null;
  end: string | null;
}

export interface EventForm {
  /** The event's name; empty while it is still to be chosen. */
  event: string;
  where?: FilterJoin | undefined;
}

export interface TimingForm {
  kind: TimingKind;
  days: number | null;
  hours: number | null;
  minutes: number | null;
  at: string | null;
  time: string;
  weekday: Weekday | null;
}

export interface TriggerForm {
  a: {
    events: EventForm[];
    mode: TriggerMode;
    n: number | null;
    from: string | null;
    to: string | null;
  };
  b: { events: EventForm[]; wait: { value: number | null; unit: SpanUnit } };
  timing: TimingForm;
  recheckAudience: boolean;
}

export function isTriggered(type: TaskType): boolean {
  return type === 'DONE_A' || type === 'DONE_A_NOT_B';
}
