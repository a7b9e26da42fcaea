import type { DescriptionsProps } from 'antd';
import { useTranslation } from 'react-i18next';
import { useTime } from '@/shared/time/TimeContext';
import type { StoredCycle } from './cycleForm';
import { ExampleTimeline } from './ExampleTimeline';
import { PointTimeline } from './PointTimeline';
import type { TriggerExample } from './preview';
import type { TaskType } from './scheduleTypes';
import { CycleSentence, TriggerSentence } from './TriggerSentence';
import type { StoredTrigger } from './triggerForm';

const WHOLE_LINE = 'filled' as const;

export interface Scheduled {
  type: TaskType;
  cycle: StoredCycle | null;
  trigger: StoredTrigger | null;
  endsAt: string | null;
  /** The next of a repeating task; null while they are not known. */
  points: readonly string[] | null;
  /** How many there are in all, if that is known. */
  total?: number;
  /** One person's way through the trigger, if it is known. */
  example?: TriggerExample | null;
}

/**
 * The cycle or the trigger of a task, whole and read only, as items of a description list; they
 * begin in a line of their own.
 */
export function useScheduleItems({
  type,
  cycle,
  trigger,
  endsAt,
  points,
  total,
  example,
}: Scheduled): NonNullable<DescriptionsProps['items']> {
  const { t } = useTranslation('schedule');
  const time = useTime();
  const instant = (at: string | null) => time.minute(at);
  if (type === 'REPEAT' && cycle)
    return [
      {
        key: 'cycle',
        label: t('view.cycle'),
        span: WHOLE_LINE,
        children: <CycleSentence cycle={cycle} />,
      },
      ...(points
        ? [
            {
              key: 'points',
              label: t('view.points'),
              span: WHOLE_LINE,
              children: (
                <PointTimeline points={points} {...(total === undefined ? {} : { total })} />
              ),
            },
          ]
        : []),
    ];
  if ((type === 'DONE_A' || type === 'DONE_A_NOT_B') && trigger)
    return [
      {
        key: 'sentence',
        label: t('view.sentence'),
        span: WHOLE_LINE,
        children: <TriggerSentence type={type} trigger={trigger} />,
      },
      {
        key: 'window',
        label: t('view.window'),
        span: WHOLE_LINE,
        children: t('view.windowText', {
          from: instant(trigger.a.from),
          to: instant(trigger.a.to),
          zone: time.zone,
        }),
      },
      {
        key: 'end',
        label: t('view.end'),
        children: endsAt ? time.minute(endsAt) : t('view.endDefault'),
      },
      {
        key: 'recheck',
        label: t('view.recheck'),
        children: t(trigger.recheckAudience ? 'view.on' : 'view.off'),
      },
      {
        key: 'timeout',
        label: t('view.timeout'),
        span: WHOLE_LINE,
        children: t('trigger.timeout'),
      },
      ...(example
        ? [
            {
              key: 'example',
              label: t('example.title'),
              span: WHOLE_LINE,
              children: <ExampleTimeline example={example} />,
            },
          ]
        : []),
    ];
  return [];
}
