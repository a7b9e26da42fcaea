import { beforeAll, expect, test } from 'vitest';
import type { Catalogue } from '@/features/rules/catalogue';
import type { RuleWords } from '@/features/rules/sentence';
import { i18n } from '@/shared/i18n/i18n';
import { formatMinute } from '@/shared/time/format';
import { EMPTY_CYCLE } from './cycleForm';
import type { CycleForm, TaskType, TimingForm, TriggerForm } from './scheduleTypes';
import { cycleSentence, type ScheduleWords, type Speaker, triggerSentence } from './sentence';
import { asStored, EMPTY_TRIGGER, newTiming } from './triggerForm';

const event = (name: string, label: string) => ({
  id: `evt_${name}`,
  name,
  label,
  enabled: true,
  fields: [{ id: 'prp_1', name: 'amount', label: '金额', type: 'NUMBER' as const, enabled: true }],
});
const CATALOGUE: Pick<Catalogue, 'events'> = {
  events: [
    event('add_to_cart', '加入购物车'),
    event('pay', '支付'),
    event('like', '点赞'),
    event('share', '转发'),
  ],
};

const speaker = (language: 'zh-CN' | 'en-US'): Speaker => ({
  t: i18n.getFixedT(language, 'schedule') as unknown as ScheduleWords,
  rules: i18n.getFixedT(language, 'rules') as unknown as RuleWords,
  catalogue: CATALOGUE,
  minute: (at) => formatMinute(at, 'Asia/Shanghai'),
});

beforeAll(async () => {
  await i18n.changeLanguage('en-US');
  await i18n.loadNamespaces(['rules', 'schedule']);
  await i18n.changeLanguage('zh-CN');
});

const period = { start: '2026-02-28T16:00:00Z', end: '2026-03-31T15:59:00Z' };

test.each<[string, Partial<CycleForm>, string, string]>([
  [
    'R46 every day at 10:00 during March',
    {},
    '2026-03-01 00:00 至 2026-03-31 23:59，每天 10:00 触达。',
    '2026-03-01 00:00 to 2026-03-31 23:59: messages go out every day at 10:00.',
  ],
  [
    'R57 every second day, twice, in the order of the day',
    { every: 2, times: ['18:30', '10:00'] },
    '2026-03-01 00:00 至 2026-03-31 23:59，每 2 天的 10:00、18:30 触达。',
    '2026-03-01 00:00 to 2026-03-31 23:59: messages go out every 2 days at 10:00 and 18:30.',
  ],
  [
    'R57 days of the week',
    { kind: 'WEEKDAYS', weekdays: ['MONDAY', 'WEDNESDAY', 'FRIDAY'] },
    '2026-03-01 00:00 至 2026-03-31 23:59，每周一、周三、周五 10:00 触达。',
    '2026-03-01 00:00 to 2026-03-31 23:59: messages go out every Monday, Wednesday and Friday at 10:00.',
  ],
  [
    'R57 days of the month',
    { kind: 'MONTH_DAYS', monthDays: [31, 1, 15] },
    '2026-03-01 00:00 至 2026-03-31 23:59，每月 1 日、15 日、31 日 10:00 触达。',
    '2026-03-01 00:00 to 2026-03-31 23:59: messages go out on days 1, 15 and 31 of each month at 10:00.',
  ],
  [
    'what is open is said',
    { kind: 'WEEKDAYS', weekdays: [], times: [''], start: null, end: null },
    '〔未填〕 至 〔未填〕，每〔未填〕 〔未填〕 触达。',
    '[open] to [open]: messages go out every [open] at [open].',
  ],
  [
    'a number of days that is open is said',
    { every: null },
    '2026-03-01 00:00 至 2026-03-31 23:59，每 〔未填〕 天 10:00 触达。',
    '2026-03-01 00:00 to 2026-03-31 23:59: messages go out every [open] days at 10:00.',
  ],
])('%s', (_what, cycle, chinese, english) => {
  const stored = { ...EMPTY_CYCLE, ...period, ...cycle };
  expect(cycleSentence(stored, speaker('zh-CN'))).toBe(chinese);
  expect(cycleSentence(stored, speaker('en-US'))).toBe(english);
});

interface Case {
  type?: TaskType;
  a?: Partial<TriggerForm['a']>;
  b?: Partial<TriggerForm['b']>;
  timing?: TimingForm;
  recheckAudience?: boolean;
}

function say({ type = 'DONE_A', a, b, timing, ...rest }: Case, language: 'zh-CN' | 'en-US') {
  const form: TriggerForm = {
    ...EMPTY_TRIGGER,
    ...rest,
    a: { ...EMPTY_TRIGGER.a, events: [{ event: 'add_to_cart' }], ...a },
    b: { ...EMPTY_TRIGGER.b, events: [{ event: 'pay' }], ...b },
    timing: timing ?? EMPTY_TRIGGER.timing,
  };
  return triggerSentence(type, asStored(form, type), speaker(language));
}

const tuesday: TimingForm = { ...newTiming('WEEKDAY'), weekday: 'TUESDAY' };
const delay = (days: number, hours: number, minutes: number): TimingForm => ({
  ...newTiming('DELAY'),
  days,
  hours,
  minutes,
});

test.each<[string, Case, string, string]>([
  [
    'R62 R64 the first time, at once',
    {},
    '当用户首次完成“加入购物车”，立即触达。',
    'The first time that somebody does “加入购物车”, they are reached at once.',
  ],
  [
    'R62 in all three times: once only',
    { a: { n: 3 } },
    '当用户累计完成“加入购物车” 3 次（只触达一次），立即触达。',
    'When somebody has done “加入购物车” 3 times in all (reached only once), they are reached at once.',
  ],
  [
    'R62 each time',
    { a: { mode: 'EVERY' } },
    '当用户每次完成“加入购物车”，立即触达。',
    'Every time that somebody does “加入购物车”, they are reached at once.',
  ],
  [
    'R62 every three times',
    { a: { mode: 'EVERY', n: 3 } },
    '当用户每完成“加入购物车” 3 次，立即触达。',
    'Every 3 times that somebody does “加入购物车”, they are reached at once.',
  ],
  [
    'R61 any of several events, one with a filter',
    {
      a: {
        n: 2,
        events: [
          {
            event: 'like',
            where: {
              op: 'AND',
              nodes: [{ op: 'PROPERTY', name: 'amount', test: { test: 'GT', values: [200] } }],
            },
          },
          { event: 'share' },
        ],
      },
    },
    '当用户累计完成“点赞”（金额大于 200）或“转发” 2 次（只触达一次），立即触达。',
    'When somebody has done “点赞” (金额 is more than 200) or “转发” 2 times in all (reached only once), they are reached at once.',
  ],
  [
    'R74 R67 A three times, not B within 20 minutes, on the next Tuesday',
    { type: 'DONE_A_NOT_B', a: { n: 3 }, timing: tuesday },
    '当用户累计完成“加入购物车” 3 次（只触达一次），且之后 20 分钟内没有完成“支付”，在下一个周二 10:00 触达。',
    'When somebody has done “加入购物车” 3 times in all (reached only once) and then does not do “支付” within 20 minutes, they are reached on the next Tuesday at 10:00.',
  ],
  [
    'R74 one day of waiting for either of two events',
    {
      type: 'DONE_A_NOT_B',
      b: { events: [{ event: 'pay' }, { event: 'share' }], wait: { value: 1, unit: 'DAY' } },
    },
    '当用户首次完成“加入购物车”，且之后 1 天内没有完成“支付”或“转发”，立即触达。',
    'The first time that somebody does “加入购物车” and then does not do “支付” or “转发” within 1 day, they are reached at once.',
  ],
  [
    'R65 a delay in all its parts',
    { timing: delay(1, 2, 30) },
    '当用户首次完成“加入购物车”，1 天 2 小时 30 分钟后触达。',
    'The first time that somebody does “加入购物车”, they are reached 1 day 2 hours 30 minutes later.',
  ],
  [
    'R65 a delay in minutes alone',
    { timing: delay(0, 0, 1) },
    '当用户首次完成“加入购物车”，1 分钟后触达。',
    'The first time that somebody does “加入购物车”, they are reached 1 minute later.',
  ],
  [
    'R66 one instant for everybody',
    { timing: { ...newTiming('DATETIME'), at: '2026-11-11T02:00:00Z' } },
    '当用户首次完成“加入购物车”，在 2026-11-11 10:00 触达（已过则立即触达）。',
    'The first time that somebody does “加入购物车”, they are reached on 2026-11-11 10:00 (at once when that has passed).',
  ],
  [
    'R66 the next such time',
    { timing: { ...newTiming('TIME_OF_DAY'), days: 0 } },
    '当用户首次完成“加入购物车”，在下一个 10:00 触达。',
    'The first time that somebody does “加入购物车”, they are reached at the next 10:00.',
  ],
  [
    'R66 the next day',
    { timing: newTiming('TIME_OF_DAY') },
    '当用户首次完成“加入购物车”，在次日 10:00 触达。',
    'The first time that somebody does “加入购物车”, they are reached on the next day at 10:00.',
  ],
  [
    'R66 some days later',
    { timing: { ...newTiming('TIME_OF_DAY'), days: 3, time: '09:30' } },
    '当用户首次完成“加入购物车”，在 3 天后的 09:30 触达。',
    'The first time that somebody does “加入购物车”, they are reached 3 days later at 09:30.',
  ],
  [
    'the audience once more',
    { recheckAudience: true, timing: delay(0, 1, 0) },
    '当用户首次完成“加入购物车”，1 小时后触达；触达前再次确认用户仍在受众中。',
    'The first time that somebody does “加入购物车”, they are reached 1 hour later, if they are still in the audience then.',
  ],
  [
    'what is open is said',
    {
      type: 'DONE_A_NOT_B',
      a: { events: [{ event: '' }], n: null },
      b: { events: [{ event: '' }], wait: { value: null, unit: 'HOUR' } },
      timing: delay(0, 0, 0),
    },
    '当用户累计完成〔未填〕 〔未填〕 次（只触达一次），且之后 〔未填〕内没有完成〔未填〕，〔未填〕后触达。',
    'When somebody has done [open] [open] times in all (reached only once) and then does not do [open] within [open], they are reached [open] later.',
  ],
  [
    'a weekday that is open is said',
    { timing: { ...tuesday, weekday: null, time: '' } },
    '当用户首次完成“加入购物车”，在下一个〔未填〕 〔未填〕 触达。',
    'The first time that somebody does “加入购物车”, they are reached on the next [open] at [open].',
  ],
])('%s', (_what, given, chinese, english) => {
  expect(say(given, 'zh-CN')).toBe(chinese);
  expect(say(given, 'en-US')).toBe(english);
});

test('B is not said of a task that waits for A alone', () => {
  expect(say({ type: 'DONE_A', b: { events: [{ event: 'pay' }] } }, 'zh-CN')).not.toContain('支付');
});

test('a trigger without a timing says that it is open', () => {
  const stored = { ...asStored(EMPTY_TRIGGER, 'DONE_A'), timing: null };
  expect(triggerSentence('DONE_A', stored, speaker('zh-CN'))).toBe(
    '当用户首次完成〔未填〕，在〔未填〕触达。',
  );
});
