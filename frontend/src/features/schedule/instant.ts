import type { Dayjs } from 'dayjs';
import type { ProjectTime } from '@/shared/time/TimeContext';

/** Which end of a minute an instant is: periods include the whole of their last minute (R68). */
export type Edge = 'START' | 'END';

/** The instant that is meant by a minute picked on the project's wall clock. */
export function pickedInstant(
  wall: Dayjs,
  edge: Edge,
  { fromPicker }: Pick<ProjectTime, 'fromPicker'>,
): string {
  return fromPicker(edge === 'START' ? wall.startOf('minute') : wall.endOf('minute'));
}

/** So many whole days of the project from today's first instant to the last one's last. */
export function nextDays(
  count: number,
  { now, toPicker, fromPicker }: Pick<ProjectTime, 'now' | 'toPicker' | 'fromPicker'>,
): { from: string; to: string } {
  const today = toPicker(now()).startOf('day');
  return {
    from: fromPicker(today),
    to: fromPicker(today.add(count - 1, 'day').endOf('day')),
  };
}
