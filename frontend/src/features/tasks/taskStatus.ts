import type { EnumOf } from '@/shared/graphql/graphql';
import type { Tone } from '@/shared/ui/StatusTag';
import type { Counts, TaskStatus } from './TaskRow';
import type { DeliveryStatus } from './taskDetailSearch';

type RunStatus = EnumOf<'RunStatus'>;
type TaskType = EnumOf<'TaskType'>;

export const TASK_TONE: Record<TaskStatus, Tone> = {
  DRAFT: 'neutral',
  IN_APPROVAL: 'waiting',
  REJECTED: 'bad',
  RUNNING: 'active',
  PAUSED: 'held',
  CANCELLED: 'neutral',
  ENDED: 'good',
  ABNORMAL: 'bad',
};

export const DELIVERY_TONE: Record<DeliveryStatus, Tone> = {
  SENDING: 'active',
  SENT: 'good',
  FAILED: 'bad',
  NOT_SENT: 'neutral',
  UNCONFIRMED: 'held',
  DEFERRED: 'waiting',
};

/** Tasks whose counts or status can still change without anybody here doing something. */
export function isLive(status: TaskStatus): boolean {
  return status === 'RUNNING' || status === 'PAUSED' || status === 'IN_APPROVAL';
}

/** Runs that still move; a run made by hand may belong to a task that has ended. */
export function isRunOpen(status: RunStatus): boolean {
  return (
    status === 'WAITING' ||
    status === 'REFRESHING' ||
    status === 'PREPARING' ||
    status === 'SENDING'
  );
}

/** What a task does over time: once, at the points of a cycle, or whenever somebody triggers it. */
export type TaskFamily = 'ONCE' | 'REPEAT' | 'TRIGGERED';

export function familyOf(type: TaskType): TaskFamily {
  return type === 'ONCE' || type === 'REPEAT' ? type : 'TRIGGERED';
}

/** How many candidates have their outcome. */
export function settled({ sent, failed, notSent, unconfirmed }: Counts): number {
  return sent + failed + notSent + unconfirmed;
}

/** Whole percent of candidates with an outcome; 100 only when it is all of them. */
export function settledPercent(counts: Counts): number {
  if (counts.total === 0) return 0;
  return Math.floor((settled(counts) / counts.total) * 100);
}
