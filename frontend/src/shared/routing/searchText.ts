import * as z from 'zod/mini';

type SearchValue = string | string[];

/**
 * The console's address grammar, version 1: plain `key=value`, a list repeats its key.
 * Everything is text; the route's schema gives it a type. Empty values are left out.
 */
export function parseSearchText(text: string): Record<string, SearchValue> {
  const params = new URLSearchParams(text);
  const search: Record<string, SearchValue> = {};
  for (const key of new Set(params.keys())) {
    const values = params.getAll(key).filter((value) => value !== '');
    const [first] = values;
    if (first !== undefined) search[key] = values.length === 1 ? first : values;
  }
  return search;
}

export function printSearchText(search: Record<string, unknown>): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(search)) {
    for (const item of Array.isArray(value) ? value : [value])
      if (item !== undefined && item !== null && item !== '') params.append(key, String(item));
  }
  const text = params.toString();
  return text ? `?${text}` : '';
}

/** A text of the address, cut off when bad: a wrong link opens the page, never an error. */
export function textParam(maxLength = 100) {
  return z.catch(z.optional(z.string().check(z.maxLength(maxLength))), undefined);
}

/** One of a few words. */
export function wordParam<const Words extends readonly [string, ...string[]]>(words: Words) {
  return z.catch(z.optional(z.enum(words)), undefined);
}

/** Some of a few words; one alone stands in the address without a list, unknown ones are dropped. */
export function wordsParam<const Words extends readonly [string, ...string[]]>(words: Words) {
  const known = (value: unknown): Words[number][] | undefined => {
    const list = Array.isArray(value) ? value : [value];
    const kept = words.filter((word) => list.includes(word));
    return kept.length > 0 ? kept : undefined;
  };
  return z.optional(z.pipe(z.unknown(), z.transform(known)));
}

/** Where a page of a connection begins or ends. */
export const cursorParams = { after: textParam(400), before: textParam(400) };
