import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { useFieldWords } from '@/shared/graphql/useFieldWords';
import type { ScheduleProblem } from './checkSchedule';

/** Whether a problem is about a cycle, a trigger or the end of a triggered task. */
export function isAboutSchedule(path: string): boolean {
  return /^(input\.)?(cycle|trigger|endsAt)(\.|$)/.test(path);
}

/** Says what is wrong with a cycle or a trigger: by field and rule, then by rule; filters in the words of rules. */
export function useScheduleWords(): (problem: ScheduleProblem) => string {
  const { i18n } = useTranslation('schedule');
  useTranslation('rules');
  const ofRules = useFieldWords('rules');
  return useCallback(
    (problem) => {
      const { path, rule, params } = problem;
      if (/\.events\.\d+\.(event|where)/.test(path)) return ofRules({ ...problem, path: '' });
      const field = path.split('.').findLast((part) => !/^\d+$/.test(part));
      const lookUp = i18n.t as (key: string, options: object) => string;
      const key = [`${field}.${rule}`, rule]
        .map((one) => `schedule:rule.${one}`)
        .find((candidate) => i18n.exists(candidate));
      return key ? lookUp(key, params) : ofRules({ ...problem, path: '' });
    },
    [i18n, ofRules],
  );
}

type Label =
  | 'cycle.times'
  | 'cycle.period'
  | 'cycle.name'
  | 'trigger.wait'
  | 'trigger.timing'
  | 'trigger.end'
  | 'trigger.mode'
  | 'trigger.window'
  | 'trigger.b'
  | 'trigger.a';

/** The part of an editor that a path lies in, the narrower before the wider. */
const PARTS: readonly (readonly [RegExp, Label])[] = [
  [/^cycle\.times/, 'cycle.times'],
  [/^cycle\.(start|end)/, 'cycle.period'],
  [/^cycle/, 'cycle.name'],
  [/^trigger\.b\.wait/, 'trigger.wait'],
  [/^trigger\.timing/, 'trigger.timing'],
  [/^trigger\.a\.(mode|n)$/, 'trigger.mode'],
  [/^trigger\.a\.(from|to)$/, 'trigger.window'],
  [/^trigger\.b/, 'trigger.b'],
  [/^trigger\.a/, 'trigger.a'],
  [/^endsAt/, 'trigger.end'],
];

/** What a problem's path is called on screen; nothing when it is of no editor here. */
export function useScheduleLabel(): (path: string) => string | null {
  const { t } = useTranslation('schedule');
  return useCallback(
    (path) => {
      const event = /^trigger\.([ab])\.events\.(\d+)/.exec(path);
      if (event)
        return t('trigger.event', {
          letter: event[1]?.toUpperCase(),
          number: Number(event[2]) + 1,
        });
      const label = PARTS.find(([place]) => place.test(path))?.[1];
      return label ? t(label) : null;
    },
    [t],
  );
}
