import * as z from 'zod/mini';
import { cursorParams, textParam } from '@/shared/routing/searchText';
import { pageArguments } from '@/shared/ui/CursorPager';

/** The campaign list's whole view, as it stands in the address. */
export const campaignSearchSchema = z.object({
  q: textParam(60),
  group: textParam(64),
  ...cursorParams,
});
export type CampaignSearch = z.infer<typeof campaignSearchSchema>;

export function toCampaignVariables({ q, group, after, before }: CampaignSearch) {
  return {
    ...pageArguments({ after, before }),
    where: {
      ...(q ? { nameContainsFold: q } : {}),
      ...(group ? { groupID: group } : {}),
    },
  };
}
