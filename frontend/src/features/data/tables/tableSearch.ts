import * as z from 'zod/mini';
import { cursorParams, textParam } from '@/shared/routing/searchText';
import { pageArguments } from '@/shared/ui/CursorPager';

/** The list of detail tables, as it stands in the address. */
export const tableSearchSchema = z.object({ q: textParam(128), ...cursorParams });
export type TableSearch = z.infer<typeof tableSearchSchema>;

export function toTableVariables({ q, after, before }: TableSearch) {
  const search = q?.trim();
  return {
    ...pageArguments({ after, before }),
    where: search
      ? { or: [{ nameContainsFold: search }, { displayNameContainsFold: search }] }
      : {},
  };
}
