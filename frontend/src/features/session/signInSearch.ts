import * as z from 'zod/mini';
import { textParam, wordParam } from '@/shared/routing/searchText';

/** `from` is where the person was going; `because` is why they stand at the door. */
export const signInSearchSchema = z.object({
  from: textParam(2000),
  because: wordParam(['expired', 'signed-out']),
});

/** Only a path of this console: a link must not lead elsewhere after sign-in. */
export function safeReturnPath(from: string | undefined): string {
  if (!from?.startsWith('/') || from.startsWith('//') || from.includes('\\')) return '/tasks';
  return from.startsWith('/sign-in') ? '/tasks' : from;
}
