import * as z from 'zod/mini';
import { cursorParams, textParam, wordParam, wordsParam } from '@/shared/routing/searchText';
import { pageArguments } from '@/shared/ui/CursorPager';
import { IMPORT_KINDS, IMPORT_STATUSES } from './importWords';

/** The list of imports, as it stands in the address. */
export const importSearchSchema = z.object({
  kind: wordParam(IMPORT_KINDS),
  status: wordsParam(IMPORT_STATUSES),
  ...cursorParams,
});
export type ImportSearch = z.infer<typeof importSearchSchema>;

export function toImportVariables({ kind, status, after, before }: ImportSearch) {
  return {
    ...pageArguments({ after, before }),
    where: { ...(kind ? { kind } : {}), ...(status ? { statusIn: status } : {}) },
  };
}

/** What a new import starts from: a kind, and the table it is for. */
export const newImportSearchSchema = z.object({
  kind: wordParam(IMPORT_KINDS),
  table: textParam(64),
});
export type NewImportSearch = z.infer<typeof newImportSearchSchema>;
