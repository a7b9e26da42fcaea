import * as z from 'zod/mini';
import type { VariablesOf } from '@/shared/graphql/graphql';
import { cursorParams, textParam, wordParam, wordsParam } from '@/shared/routing/searchText';
import { pageArguments } from '@/shared/ui/CursorPager';
import type { SegmentListQuery } from './segmentQueries';

export const SEGMENT_STATUSES = ['EMPTY', 'COMPUTING', 'READY', 'FAILED'] as const;
export const UPDATE_MODES = ['ON_DEMAND', 'DAILY'] as const;

/** The segment list's whole view, as it stands in the address. */
export const segmentSearchSchema = z.object({
  q: textParam(100),
  status: wordsParam(SEGMENT_STATUSES),
  mode: wordParam(UPDATE_MODES),
  mine: wordParam(['yes']),
  /** Those that are off the list are shown only when asked for (R27). */
  scope: wordParam(['off']),
  ...cursorParams,
});
export type SegmentSearch = z.infer<typeof segmentSearchSchema>;
export type SegmentFilter = Omit<SegmentSearch, 'after' | 'before'>;

type Variables = VariablesOf<typeof SegmentListQuery>;

export function toSegmentVariables(search: SegmentSearch, viewerId: string): Variables {
  const { q, status, mode, mine, scope, after, before } = search;
  return {
    ...pageArguments({ after, before }),
    where: {
      listed: scope !== 'off',
      ...(q ? { or: [{ nameContainsFold: q }, { id: q }] } : {}),
      ...(status ? { statusIn: status } : {}),
      ...(mode ? { updateMode: mode } : {}),
      ...(mine ? { creatorID: viewerId } : {}),
    },
  };
}

export function isFiltered({ q, status, mode, mine, scope }: SegmentFilter): boolean {
  return Boolean(q || status || mode || mine || scope);
}
