import type { Catalogue } from '@/features/rules/catalogue';
import { checkEvent, type RuleProblem } from '@/features/rules/checkRule';
import {
  type CycleForm,
  type EventForm,
  LIMITS,
  type SpanUnit,
  type TaskType,
  type TriggerForm,
} from './scheduleTypes';

/** What is wrong with a cycle or a trigger; paths are the server's. */
export type ScheduleProblem = RuleProblem;

const TIME_OF_DAY = /^([01]\d|2[0-3]):[0-5]\d$/;
const MINUTES: Record<SpanUnit, number> = { MINUTE: 1, HOUR: 60, DAY: 24 * 60 };
const DAY_MINUTES = MINUTES.DAY;

/** What is merely not filled in yet; all else is a mistake and is shown at once. */
function isUnfinished({ rule }: ScheduleProblem): boolean {
  return rule === 'REQUIRED';
}

class Problems {
  readonly found: ScheduleProblem[] = [];
  add(path: string, rule: string, params: Record<string, unknown> = {}) {
    this.found.push({ path, rule, message: rule, params });
  }
  range(path: string, value: number | null, min: number, max: number) {
    if (value === null) this.add(path, 'REQUIRED');
    else if (!Number.isInteger(value) || value < min || value > max)
      this.add(path, 'OUT_OF_RANGE', { min, max });
  }
  time(path: string, time: string) {
    if (time === '') this.add(path, 'REQUIRED');
    else if (!TIME_OF_DAY.test(time)) this.add(path, 'BAD_TIME');
  }
}

interface Between {
  from: string | null;
  to: string | null;
  fromPath: string;
  toPath: string;
}

function checkBetween(say: Problems, { from, to, fromPath, toPath }: Between, now: number) {
  if (!from) say.add(fromPath, 'REQUIRED');
  if (!to) say.add(toPath, 'REQUIRED');
  if (from && to && Date.parse(from) >= Date.parse(to)) say.add(fromPath, 'START_AFTER_END');
  else if (to && Date.parse(to) <= now) say.add(toPath, 'IN_THE_PAST');
}

/** All that can be told about a cycle before the server is asked (R57, R58). */
export function checkCycle(form: CycleForm, now: number): ScheduleProblem[] {
  const say = new Problems();
  if (form.kind === 'DAYS') say.range('cycle.every', form.every, 1, LIMITS.every);
  if (form.kind === 'WEEKDAYS' && form.weekdays.length === 0) say.add('cycle.weekdays', 'REQUIRED');
  if (form.kind === 'MONTH_DAYS' && form.monthDays.length === 0)
    say.add('cycle.monthDays', 'REQUIRED');
  if (form.times.length === 0) say.add('cycle.times', 'REQUIRED');
  if (form.times.length > LIMITS.times) say.add('cycle.times', 'TOO_MANY', { limit: LIMITS.times });
  form.times.forEach((time, index) => {
    const path = `cycle.times.${index}`;
    say.time(path, time);
    if (time !== '' && form.times.indexOf(time) < index) say.add(path, 'DUPLICATE_TIME');
  });
  const { start, end } = form;
  checkBetween(say, { from: start, to: end, fromPath: 'cycle.start', toPath: 'cycle.end' }, now);
  return say.found;
}

interface TriggerFacts {
  type: TaskType;
  endsAt: string | null;
  now: number;
  catalogue: Catalogue | null;
}

/** All that can be told about a trigger before the server is asked (R61–R69, R73–R75). */
export function checkTrigger(form: TriggerForm, facts: TriggerFacts): ScheduleProblem[] {
  const { a, b } = form;
  const say = new Problems();
  const { catalogue, now } = facts;
  const found = [...checkEvents(a.events, 'trigger.a.events', catalogue)];
  say.range('trigger.a.n', a.n, 1, LIMITS.n);
  checkBetween(
    say,
    { from: a.from, to: a.to, fromPath: 'trigger.a.from', toPath: 'trigger.a.to' },
    now,
  );
  if (facts.type === 'DONE_A_NOT_B') {
    found.push(...checkEvents(b.events, 'trigger.b.events', catalogue));
    const { value, unit } = b.wait;
    const most = (LIMITS.waitDays * DAY_MINUTES) / MINUTES[unit];
    say.range('trigger.b.wait.value', value, 1, most);
    checkSame(say, form);
  }
  checkTiming(say, form.timing);
  checkEnd(say, form, facts);
  return [...found, ...say.found];
}

function checkEvents(
  events: readonly EventForm[],
  path: string,
  catalogue: Catalogue | null,
): ScheduleProblem[] {
  if (events.length === 0) return [{ path, rule: 'REQUIRED', message: 'REQUIRED', params: {} }];
  return events.flatMap((event, index) => checkEvent(event, `${path}.${index}`, catalogue));
}

/** B that is an event of A without a filter of its own would be done by A itself. */
function checkSame(say: Problems, { a, b }: TriggerForm) {
  b.events.forEach(({ event, where }, index) => {
    const isFiltered = where !== undefined && where.nodes.length > 0;
    if (event !== '' && !isFiltered && a.events.some((one) => one.event === event))
      say.add(`trigger.b.events.${index}`, 'SAME_AS_A');
  });
}

function checkTiming(say: Problems, timing: TriggerForm['timing']) {
  const at = (field: string) => `trigger.timing.${field}`;
  switch (timing.kind) {
    case 'DELAY': {
      const { days, hours, minutes } = timing;
      const total = (days ?? 0) * DAY_MINUTES + (hours ?? 0) * MINUTES.HOUR + (minutes ?? 0);
      const most = LIMITS.delayDays * DAY_MINUTES;
      if (total < 1 || total > most)
        say.add('trigger.timing', 'DELAY_RANGE', { days: LIMITS.delayDays });
      break;
    }
    case 'DATETIME':
      if (!timing.at) say.add(at('at'), 'REQUIRED');
      break;
    case 'TIME_OF_DAY':
      say.range(at('days'), timing.days, 0, LIMITS.delayDays - 1);
      say.time(at('time'), timing.time);
      break;
    case 'WEEKDAY':
      if (!timing.weekday) say.add(at('weekday'), 'REQUIRED');
      say.time(at('time'), timing.time);
      break;
    case 'IMMEDIATE':
      break;
  }
}

/** R69: an end of one's own is not before the window's. */
function checkEnd(say: Problems, { a }: TriggerForm, { endsAt, now }: TriggerFacts) {
  if (endsAt === null) return;
  const end = Date.parse(endsAt);
  if (end <= now) say.add('endsAt', 'IN_THE_PAST');
  else if (a.to && end < Date.parse(a.to)) say.add('endsAt', 'BEFORE_WINDOW_END');
}

/**
 * The problems of a field itself: those at its path and below it, but for what has a place of
 * its own on screen.
 */
export function problemsUnder(
  problems: readonly ScheduleProblem[],
  path: string,
  without: readonly string[] = [],
): ScheduleProblem[] {
  const isUnder = (one: string, root: string) => one === root || one.startsWith(`${root}.`);
  return problems.filter(
    (problem) =>
      isUnder(problem.path, path) && !without.some((place) => isUnder(problem.path, place)),
  );
}

/**
 * What is shown: what was found here at once when it is a mistake, what is merely missing after a
 * try to go on, and what the server found where nothing was found here.
 */
export function shownProblems(
  own: readonly ScheduleProblem[],
  servers: readonly ScheduleProblem[],
  isStrict: boolean,
): ScheduleProblem[] {
  const extra = servers.filter(
    ({ path }, index) =>
      !own.some((one) => one.path === path || one.path.startsWith(`${path}.`)) &&
      servers.findIndex((one) => one.path === path) === index,
  );
  return [...own, ...extra].filter((problem) => isStrict || !isUnfinished(problem));
}
