import type { VariablesOf } from '@/shared/graphql/graphql';
import type { PreviewSchedule } from './preview';
import { type CycleForm, type CycleKind, WEEKDAYS, type Weekday } from './scheduleTypes';

export type CycleInput = VariablesOf<typeof PreviewSchedule>['cycle'];

/** A new cycle: every day at ten, from and until the author knows when. */
export const EMPTY_CYCLE: CycleForm = {
  kind: 'DAYS',
  every: 1,
  weekdays: [],
  monthDays: [],
  times: ['10:00'],
  start: null,
  end: null,
};

/** A cycle as the API gives it. */
export interface StoredCycle {
  kind: CycleKind | null;
  every: number | null;
  weekdays: readonly Weekday[];
  monthDays: readonly number[];
  times: readonly string[];
  start: string | null;
  end: string | null;
}

/** A stored cycle as the editor holds it; a new one when there is none. */
export function readCycle(stored: StoredCycle | null | undefined): CycleForm {
  if (!stored) return EMPTY_CYCLE;
  return {
    kind: stored.kind ?? EMPTY_CYCLE.kind,
    every: stored.kind === null ? EMPTY_CYCLE.every : stored.every,
    weekdays: [...stored.weekdays],
    monthDays: [...stored.monthDays],
    times: [...stored.times],
    start: stored.start,
    end: stored.end,
  };
}

/** What is sent: the days of the chosen kind alone, in the order of the calendar. */
export function cycleInput(form: CycleForm): CycleInput {
  return {
    kind: form.kind,
    every: form.kind === 'DAYS' ? form.every : null,
    weekdays: form.kind === 'WEEKDAYS' ? WEEKDAYS.filter((day) => form.weekdays.includes(day)) : [],
    monthDays: form.kind === 'MONTH_DAYS' ? [...form.monthDays].sort((a, b) => a - b) : [],
    times: form.times,
    start: form.start,
    end: form.end,
  };
}
