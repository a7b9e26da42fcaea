import { graphql, type ResultOf } from '@/shared/graphql/graphql';

/** The next points of a cycle that is being written, or what is wrong with it. */
export const PreviewSchedule = graphql(`
  query PreviewSchedule($cycle: CycleInput!, $first: Int!) {
    schedulePreview(cycle: $cycle, first: $first) {
      points
      total
      problems { path rule message params }
    }
  }
`);

/** What a trigger that is being written comes to, or what is wrong with it. */
export const PreviewTrigger = graphql(`
  query PreviewTrigger($type: TaskType!, $trigger: TriggerInput!, $endsAt: Time) {
    triggerPreview(type: $type, trigger: $trigger, endsAt: $endsAt) {
      defaultEnd
      example { doneAt judgedAt sentAt tooLate }
      problems { path rule message params }
    }
  }
`);

export type SchedulePreview = ResultOf<typeof PreviewSchedule>['schedulePreview'];
export type TriggerPreview = ResultOf<typeof PreviewTrigger>['triggerPreview'];
export type TriggerExample = NonNullable<TriggerPreview['example']>;

/** A task's cycle and trigger, as readCycle and readTrigger take them. */
export const TaskSchedule = graphql(`
  fragment TaskSchedule on Task @_unmask {
    type
    endsAt
    cycle { kind every weekdays monthDays times start end }
    trigger {
      a { events { event where } mode n from to }
      b { events { event where } wait { value unit } }
      timing { kind days hours minutes at time weekday }
      recheckAudience
    }
  }
`);
