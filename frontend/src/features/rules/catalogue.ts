import type { PropertyType } from './ruleTypes';

/** Something that people or data carry: an attribute, a tag, a property, a column. */
export interface Field {
  id: string;
  /** The stable key in rules. */
  name: string;
  /** What people call it. */
  label: string;
  type: PropertyType;
  enabled: boolean;
}

/** An event or a detail table with what each occurrence carries. */
export interface Source {
  id: string;
  name: string;
  label: string;
  enabled: boolean;
  fields: Field[];
}

export interface Named {
  key: string;
  label: string;
}

/** Everything that a rule can speak of. */
export interface Catalogue {
  attributes: Field[];
  tags: Field[];
  events: Source[];
  tables: Source[];
  idTypes: Named[];
  /** Segments of the list, by ID. */
  segments: Named[];
}

export const EMPTY_CATALOGUE: Catalogue = {
  attributes: [],
  tags: [],
  events: [],
  tables: [],
  idTypes: [],
  segments: [],
};

export function byName<Item extends { name: string }>(
  list: readonly Item[],
  name: string | undefined,
): Item | undefined {
  return list.find((item) => item.name === name);
}

export function labelOf(list: readonly { name: string; label: string }[], name: string): string {
  return byName(list, name)?.label ?? name;
}

export function labelOfKey(list: readonly Named[], key: string): string {
  return list.find((item) => item.key === key)?.label ?? key;
}

/** Whether the text stands in the label or the key, whatever the case. */
export function matchesText(text: string, ...words: string[]): boolean {
  const wanted = text.trim().toLowerCase();
  return wanted === '' || words.some((word) => word.toLowerCase().includes(wanted));
}

/** The properties that can be filtered on in all of the sources. */
export function commonFields(sources: readonly (Source | undefined)[]): Field[] {
  const [first, ...rest] = sources;
  if (!first) return [];
  return first.fields.filter((field) =>
    rest.every((source) =>
      source?.fields.some(({ name, type }) => name === field.name && type === field.type),
    ),
  );
}
