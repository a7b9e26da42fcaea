import type { TFunction } from 'i18next';
import type { Catalogue } from '@/features/rules/catalogue';
import type { Filter } from '@/features/rules/ruleTypes';
import { type RuleWords, sentenceOfEvent } from '@/features/rules/sentence';
import type { StoredCycle } from './cycleForm';
import type { SpanUnit, TaskType } from './scheduleTypes';
import type { StoredTrigger } from './triggerForm';

export type ScheduleWords = TFunction<'schedule'>;

/** What a sentence is said with. */
export interface Speaker {
  t: ScheduleWords;
  /** The words of rules, for filters. */
  rules: RuleWords;
  catalogue: Pick<Catalogue, 'events'>;
  /** An instant as the project's clock shows it. */
  minute: (at: string) => string;
}

type Timing = NonNullable<StoredTrigger['timing']>;
type Events = StoredTrigger['a']['events'];

/** On which days a task repeats, and at what times: 每周一、周五 10:00、18:30. */
export function cycleSentence(cycle: StoredCycle, speaker: Speaker): string {
  const { t } = speaker;
  const times = listed([...cycle.times].filter(Boolean).sort(), t) || t('sentence.open');
  const { start, end } = cycle;
  return t('sentence.cycle', {
    period: t('sentence.period', {
      from: start ? speaker.minute(start) : t('sentence.open'),
      to: end ? speaker.minute(end) : t('sentence.open'),
    }),
    days: daysOf(cycle, t),
    times,
  });
}

function daysOf(cycle: StoredCycle, t: ScheduleWords): string {
  switch (cycle.kind) {
    case 'WEEKDAYS': {
      const days = listed(
        cycle.weekdays.map((day) => t(`weekday.${day}`)),
        t,
      );
      return t('sentence.weekdays', { days: days || t('sentence.open') });
    }
    case 'MONTH_DAYS': {
      const days = [...cycle.monthDays].sort((a, b) => a - b);
      return t('sentence.monthDays', {
        count: days.length,
        days:
          listed(
            days.map((day) => t('sentence.monthDay', { day })),
            t,
          ) || t('sentence.open'),
      });
    }
    case 'DAYS':
    case null: {
      if (cycle.every === null) return t('sentence.everyOpen');
      return cycle.every === 1
        ? t('sentence.everyDay')
        : t('sentence.every', { count: cycle.every });
    }
  }
}

/** 当用户“加入购物车”累计 3 次，且 20 分钟内没有“支付”，在下一个周二 10:00 触达。 */
export function triggerSentence(type: TaskType, trigger: StoredTrigger, speaker: Speaker): string {
  const { t } = speaker;
  const { a, b, timing } = trigger;
  const what = eventsOf(a.events, speaker);
  const n = a.n ?? null;
  const mode = a.mode ?? 'CUMULATIVE';
  const done =
    n === null
      ? t(`sentence.open${mode}`, { what })
      : t(n === 1 ? `sentence.once${mode}` : `sentence.done${mode}`, { what, count: n });
  const notDone =
    type === 'DONE_A_NOT_B'
      ? t('sentence.notDone', {
          what: eventsOf(b?.events ?? [], speaker),
          wait: b?.wait?.value ? spanOf(b.wait.value, b.wait.unit, t) : t('sentence.open'),
        })
      : '';
  return t('sentence.trigger', {
    done,
    notDone,
    reached: timing?.kind ? timingSentence(timing, speaker) : t('sentence.openTiming'),
    recheck: trigger.recheckAudience ? t('sentence.recheck') : '',
  });
}

/** When the message is sent, as the end of the sentence: 在下一个周二 10:00 触达. */
export function timingSentence(timing: Timing, { t, minute }: Speaker): string {
  const open = t('sentence.open');
  const time = timing.time || open;
  switch (timing.kind) {
    case 'DELAY': {
      const { days, hours, minutes } = timing;
      const parts = (
        [
          [days, 'DAY'],
          [hours, 'HOUR'],
          [minutes, 'MINUTE'],
        ] as const
      ).flatMap(([count, unit]) => (count ? [spanOf(count, unit, t)] : []));
      return t('sentence.delay', { length: parts.join(t('sentence.lengths')) || open });
    }
    case 'DATETIME':
      return t('sentence.datetime', { at: timing.at ? minute(timing.at) : open });
    case 'TIME_OF_DAY': {
      const days = timing.days ?? 0;
      if (days === 0) return t('sentence.nextTime', { time });
      return days === 1
        ? t('sentence.dayAfter', { time })
        : t('sentence.daysAfter', { count: days, time });
    }
    case 'WEEKDAY':
      return t('sentence.weekday', {
        day: timing.weekday ? t(`weekday.${timing.weekday}`) : open,
        time,
      });
    case 'IMMEDIATE':
    case null:
      return t('sentence.immediate');
  }
}

/** The events that count, each with its filter, joined by "or". */
export function eventsOf(events: Events, { t, rules, catalogue }: Speaker): string {
  const said = events.map(({ event, where }) =>
    sentenceOfEvent({ event, where: (where ?? undefined) as Filter | undefined }, rules, catalogue),
  );
  return said.join(t('sentence.or')) || t('sentence.open');
}

export function spanOf(count: number, unit: SpanUnit, t: ScheduleWords): string {
  return t(`span.${unit}`, { count });
}

/** a、b、c; in English "a, b and c". */
function listed(words: readonly string[], t: ScheduleWords): string {
  if (words.length < 2) return words.join('');
  return words.slice(0, -1).join(t('sentence.comma')) + t('sentence.and') + words.at(-1);
}
