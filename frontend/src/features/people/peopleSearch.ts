import * as z from 'zod/mini';
import { textParam, wordParam, wordsParam } from '@/shared/routing/searchText';

/** The people page's whole view, as it stands in the address. */
export const peopleSearchSchema = z.object({
  q: textParam(256),
  subject: textParam(64),
  after: textParam(400),
});
export type PeopleSearch = z.infer<typeof peopleSearchSchema>;

export function toPeopleVariables({ q, subject, after }: PeopleSearch) {
  const search = q?.trim();
  return { search: search || null, subject: subject ?? 'user', after: after ?? null };
}

/** Whether the server takes it: a number of any length, otherwise at least the beginning of an ID. */
export function isSearchable(text: string): boolean {
  const search = text.trim();
  return search === '' || /^\d+$/.test(search) || [...search].length >= 3;
}

export const PERSON_TABS = ['events', 'messages', 'segments', 'merges'] as const;
const OUTCOMES = ['SENDING', 'SENT', 'FAILED', 'NOT_SENT', 'UNCONFIRMED', 'DEFERRED'] as const;

/** A person's page: the open tab and the filters of its lists. */
export const personSearchSchema = z.object({
  tab: wordParam(PERSON_TABS),
  event: textParam(128),
  outcome: wordsParam(OUTCOMES),
});
export type PersonSearch = z.infer<typeof personSearchSchema>;
