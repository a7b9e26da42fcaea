import * as z from 'zod/mini';
import { cursorParams, textParam, wordParam } from '@/shared/routing/searchText';
import { pageArguments } from '@/shared/ui/CursorPager';

/** The catalogue of attributes and tags, as it stands in the address. */
export const attributeSearchSchema = z.object({
  owner: wordParam(['ATTRIBUTE', 'TAG']),
  q: textParam(128),
  enabled: wordParam(['yes', 'no']),
  ...cursorParams,
});
export type AttributeSearch = z.infer<typeof attributeSearchSchema>;

/** The filters that every catalogue has: part of the name or display name, and whether it is switched on. */
export function catalogueWhere({
  q,
  enabled,
}: {
  q?: string | undefined;
  enabled?: 'yes' | 'no' | undefined;
}) {
  const search = q?.trim();
  return {
    ...(search ? { or: [{ nameContainsFold: search }, { displayNameContainsFold: search }] } : {}),
    ...(enabled ? { enabled: enabled === 'yes' } : {}),
  };
}

export function toAttributeVariables({ owner, after, before, ...filter }: AttributeSearch) {
  return {
    ...pageArguments({ after, before }),
    where: { owner: owner ?? ('ATTRIBUTE' as const), ...catalogueWhere(filter) },
  };
}
