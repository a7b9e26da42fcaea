import * as z from 'zod/mini';
import { cursorParams, textParam, wordParam, wordsParam } from '@/shared/routing/searchText';

export const TASK_TABS = [
  'overview',
  'recipients',
  'configuration',
  'backtest',
  'preflight',
  'approvals',
] as const;
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

export const RUN_STATUSES = [
  'WAITING',
  'REFRESHING',
  'PREPARING',
  'SENDING',
  'DONE',
  'FAILED',
  'SKIPPED',
  'CANCELLED',
] as const;

/**
 * The task page's view: the tab, the run whose numbers are shown, and the filters of its tables:
 * `state` of the execution records, the others of the recipients.
 */
export const taskDetailSearchSchema = z.object({
  tab: wordParam(TASK_TABS),
  run: textParam(64),
  state: wordsParam(RUN_STATUSES),
  outcome: wordsParam(DELIVERY_STATUSES),
  reason: textParam(64),
  target: textParam(128),
  delivery: textParam(64),
  ...cursorParams,
});
export type TaskDetailSearch = z.infer<typeof taskDetailSearchSchema>;
