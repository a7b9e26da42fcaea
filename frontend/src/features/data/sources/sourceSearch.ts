import * as z from 'zod/mini';
import { cursorParams, textParam, wordParam } from '@/shared/routing/searchText';
import { pageArguments } from '@/shared/ui/CursorPager';

/** The list of sources, as it stands in the address. */
export const sourceSearchSchema = z.object({
  q: textParam(60),
  enabled: wordParam(['yes', 'no']),
  ...cursorParams,
});
export type SourceSearch = z.infer<typeof sourceSearchSchema>;

export function toSourceVariables({ q, enabled, after, before }: SourceSearch) {
  const search = q?.trim();
  return {
    ...pageArguments({ after, before }),
    where: {
      ...(search ? { nameContainsFold: search } : {}),
      ...(enabled ? { enabled: enabled === 'yes' } : {}),
    },
  };
}
