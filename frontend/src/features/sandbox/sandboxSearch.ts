import * as z from 'zod/mini';
import { textParam, wordParam } from '@/shared/routing/searchText';

export const SANDBOX_TABS = ['phone', 'calls'] as const;

/** What of the sandbox is looked at: phones or calls, and whose. */
export const sandboxSearchSchema = z.object({
  tab: wordParam(SANDBOX_TABS),
  openid: textParam(128),
});
export type SandboxSearch = z.infer<typeof sandboxSearchSchema>;
