import * as z from 'zod/mini';
import { textParam, wordParam } from '@/shared/routing/searchText';

/** The live stream and the list of refused events, as they stand in the address. */
export const streamSearchSchema = z.object({
  tab: wordParam(['live', 'refused']),
  event: textParam(128),
  outcome: wordParam(['taken', 'refused']),
  rule: textParam(40),
  after: textParam(400),
});
export type StreamSearch = z.infer<typeof streamSearchSchema>;

export function toStreamVariables({ event, outcome }: StreamSearch) {
  return {
    event: event?.trim() || null,
    refused: outcome === undefined ? null : outcome === 'refused',
  };
}
