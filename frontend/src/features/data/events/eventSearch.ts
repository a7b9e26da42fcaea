import * as z from 'zod/mini';
import { cursorParams, textParam, wordParam } from '@/shared/routing/searchText';
import { pageArguments } from '@/shared/ui/CursorPager';
import { catalogueWhere } from '../properties/attributeSearch';

/** The event catalogue, as it stands in the address. */
export const eventSearchSchema = z.object({
  q: textParam(128),
  enabled: wordParam(['yes', 'no']),
  ...cursorParams,
});
export type EventSearch = z.infer<typeof eventSearchSchema>;

export function toEventVariables({ after, before, ...filter }: EventSearch) {
  return { ...pageArguments({ after, before }), where: catalogueWhere(filter) };
}
