import * as z from 'zod/mini';
import { cursorParams, textParam, wordsParam } from '@/shared/routing/searchText';

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
  group: textParam(64),
  campaign: textParam(64),
  creator: textParam(64),
  approval: wordsParam(APPROVAL_STATUSES),
  status: wordsParam(TASK_STATUSES),
  ...cursorParams,
});

export type TaskSearch = z.infer<typeof taskSearchSchema>;
