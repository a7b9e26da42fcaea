import * as z from 'zod/mini';
import { cursorParams, textParam, wordParam, wordsParam } from '@/shared/routing/searchText';

export const TASK_TABS = ['overview', 'recipients', 'configuration', 'approvals'] as const;
export type TaskTab = (typeof TASK_TABS)[number];

export const DELIVERY_STATUSES = [
  'SENDING',
  'SENT',
  'FAILED',
  'NOT_SENT',
  'UNCONFIRMED',
  'DEFERRED',
] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** The task page's view: the tab, and the filters of its recipient table. */
export const taskDetailSearchSchema = z.object({
  tab: wordParam(TASK_TABS),
  run: textParam(64),
  outcome: wordsParam(DELIVERY_STATUSES),
  reason: textParam(64),
  target: textParam(128),
  delivery: textParam(64),
  ...cursorParams,
});
export type TaskDetailSearch = z.infer<typeof taskDetailSearchSchema>;
