import * as z from 'zod/mini';
import { textParam, wordParam } from '@/shared/routing/searchText';

export const APPROVAL_TABS = ['todo', 'mine', 'done'] as const;
export type ApprovalTab = (typeof APPROVAL_TABS)[number];

/** Which list, and which approval is open beside it. */
export const approvalSearchSchema = z.object({
  tab: wordParam(APPROVAL_TABS),
  open: textParam(64),
});
