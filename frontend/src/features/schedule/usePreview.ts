import { useMemo } from 'react';
import { type CombinedError, useQuery } from 'urql';
import { useDebounced } from '@/features/rules/useDebounced';
import type { ScheduleProblem } from './checkSchedule';
import { type CycleInput, cycleInput } from './cycleForm';
import {
  PreviewSchedule,
  PreviewTrigger,
  type SchedulePreview,
  type TriggerPreview,
} from './preview';
import type { CycleForm, TaskType, TriggerForm } from './scheduleTypes';
import { previewInput, type TriggerInput } from './triggerForm';

const REST_MS = 400;
/** How many coming points are shown. */
export const SHOWN_POINTS = 5;

interface Preview<Answer> {
  /** Of what is on screen, or of what was there a moment ago while the next is worked out. */
  answer: Answer | null;
  /** What the server finds wrong with what is on screen. */
  problems: ScheduleProblem[];
  fetching: boolean;
  error: CombinedError | undefined;
}

const NOTHING: ScheduleProblem[] = [];

/** The coming points of a cycle, asked for once it rests; not at all while it is not complete. */
export function useSchedulePreview(form: CycleForm, isOn: boolean): Preview<SchedulePreview> {
  const key = useMemo(() => JSON.stringify(cycleInput(form)), [form]);
  const rested = useDebounced(key, REST_MS);
  const variables = useMemo(
    () => ({ cycle: JSON.parse(rested) as CycleInput, first: SHOWN_POINTS }),
    [rested],
  );
  const [{ data, fetching, error }] = useQuery({
    query: PreviewSchedule,
    variables,
    pause: !isOn,
    requestPolicy: 'network-only',
  });
  return previewOf(isOn ? data?.schedulePreview : undefined, {
    isCurrent: rested === key && !fetching,
    error: isOn ? error : undefined,
  });
}

interface TriggerAsked {
  type: TaskType;
  form: TriggerForm;
  endsAt: string | null;
}

/** What a trigger comes to, asked for once it rests. */
export function useTriggerPreview(
  { type, form, endsAt }: TriggerAsked,
  isOn: boolean,
): Preview<TriggerPreview> {
  const key = useMemo(
    () => JSON.stringify({ type, trigger: previewInput(form, type), endsAt }),
    [type, form, endsAt],
  );
  const rested = useDebounced(key, REST_MS);
  const variables = useMemo(
    () => JSON.parse(rested) as { type: TaskType; trigger: TriggerInput; endsAt: string | null },
    [rested],
  );
  const [{ data, fetching, error }] = useQuery({
    query: PreviewTrigger,
    variables,
    pause: !isOn,
    requestPolicy: 'network-only',
  });
  return previewOf(isOn ? data?.triggerPreview : undefined, {
    isCurrent: rested === key && !fetching,
    error: isOn ? error : undefined,
  });
}

interface Problematic {
  problems: readonly {
    path: string;
    rule: string;
    message: string;
    params: Record<string, unknown> | null;
  }[];
}

function previewOf<Answer extends Problematic>(
  answer: Answer | undefined,
  { isCurrent, error }: { isCurrent: boolean; error: CombinedError | undefined },
): Preview<Answer> {
  return {
    answer: answer ?? null,
    problems:
      answer && isCurrent
        ? answer.problems.map(({ params, ...problem }) => ({ ...problem, params: params ?? {} }))
        : NOTHING,
    fetching: !isCurrent,
    error,
  };
}
