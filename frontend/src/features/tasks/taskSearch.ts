import * as z from 'zod/mini';
import type { VariablesOf } from '@/shared/graphql/graphql';
import { cursorParams, textParam, wordsParam } from '@/shared/routing/searchText';
import { pageArguments } from '@/shared/ui/CursorPager';
import type { TaskListQuery } from './taskListQuery';

export const TASK_TYPES = ['ONCE', 'REPEAT', 'DONE_A', 'DONE_A_NOT_B'] as const;
export const TASK_STATUSES = [
  'DRAFT',
  'IN_APPROVAL',
  'REJECTED',
  'RUNNING',
  'PAUSED',
  'CANCELLED',
  'ENDED',
  'ABNORMAL',
] as const;
export const APPROVAL_STATUSES = [
  'NONE',
  'PENDING',
  'APPROVED',
  'REJECTED',
  'WITHDRAWN',
  'EXPIRED',
] as const;

/** The task list's whole view, as it stands in the address. Bad input falls back, never throws. */
export const taskSearchSchema = z.object({
  q: textParam(64),
  type: wordsParam(TASK_TYPES),
  channel: textParam(64),
  campaign: textParam(64),
  creator: textParam(64),
  approval: wordsParam(APPROVAL_STATUSES),
  status: wordsParam(TASK_STATUSES),
  ...cursorParams,
});

export type TaskSearch = z.infer<typeof taskSearchSchema>;
export type TaskFilter = Omit<TaskSearch, 'after' | 'before'>;

type Variables = VariablesOf<typeof TaskListQuery>;
type Where = NonNullable<Variables['where']>;

/** The displayed status is made of two stored ones (spec 1.3); approval comes first. */
const UNDECIDED = ['PENDING', 'REJECTED'] as const;
const STATUS_WHERE: Record<(typeof TASK_STATUSES)[number], Where> = {
  DRAFT: { runStatus: 'DRAFT', approvalStatusNotIn: [...UNDECIDED] },
  IN_APPROVAL: { approvalStatus: 'PENDING' },
  REJECTED: { approvalStatus: 'REJECTED' },
  RUNNING: { runStatusIn: ['WAITING', 'RUNNING'], approvalStatusNotIn: [...UNDECIDED] },
  PAUSED: { runStatus: 'PAUSED', approvalStatusNotIn: [...UNDECIDED] },
  CANCELLED: { runStatus: 'CANCELLED', approvalStatusNotIn: [...UNDECIDED] },
  ENDED: { runStatus: 'ENDED', approvalStatusNotIn: [...UNDECIDED] },
  ABNORMAL: { runStatus: 'ABNORMAL', approvalStatusNotIn: [...UNDECIDED] },
};

/** The filter of the API for a view; undefined when nothing is filtered. */
export function toTaskWhere(filter: TaskFilter): Where | undefined {
  const { q, type, channel, campaign, creator, approval, status } = filter;
  const parts: Where[] = [];
  if (q) parts.push({ or: [{ nameContainsFold: q }, { id: q }] });
  if (type) parts.push({ typeIn: type });
  if (channel) parts.push({ channelID: channel });
  if (campaign) parts.push({ campaignID: campaign });
  if (creator) parts.push({ creatorID: creator });
  if (approval) parts.push({ approvalStatusIn: approval });
  if (status) parts.push({ or: status.map((one) => STATUS_WHERE[one]) });
  return parts.length > 0 ? { and: parts } : undefined;
}

/** Newest first, one page, filtered. */
export function toTaskVariables({ after, before, ...filter }: TaskSearch): Variables {
  const where = toTaskWhere(filter);
  return {
    ...pageArguments({ after, before }),
    orderBy: { field: 'CREATED_AT', direction: 'DESC' },
    ...(where ? { where } : {}),
  };
}

export function isFiltered(filter: TaskFilter): boolean {
  return toTaskWhere(filter) !== undefined;
}
