import type { EnumOf } from '@/shared/graphql/graphql';

export type PropertyType = EnumOf<'PropertyType'>;

export interface TypedValue {
  type: PropertyType;
  value: unknown;
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const DATETIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

/** Whether a stored value is of its declared type; rules treat one that is not as absent. */
export function fitsType({ type, value }: TypedValue): boolean {
  switch (type) {
    case 'TEXT':
      return typeof value === 'string';
    case 'NUMBER':
      return typeof value === 'number';
    case 'BOOLEAN':
      return typeof value === 'boolean';
    case 'DATE':
      return typeof value === 'string' && DATE.test(value);
    case 'DATETIME':
      return typeof value === 'string' && DATETIME.test(value);
    case 'LIST':
      return Array.isArray(value);
    case 'OBJECT':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
  }
}

export interface ValueWords {
  yes: string;
  no: string;
  emptyText: string;
  emptyList: string;
  second: (at: string) => string;
}

/** A value in one line, for people. */
export function valueText({ type, value }: TypedValue, words: ValueWords): string {
  if (value === null || value === undefined) return '--';
  if (value === '') return words.emptyText;
  if (typeof value === 'boolean') return value ? words.yes : words.no;
  if (Array.isArray(value))
    return value.length === 0 ? words.emptyList : value.map(plainText).join('、');
  if (type === 'DATETIME' && typeof value === 'string' && DATETIME.test(value))
    return words.second(value);
  return plainText(value);
}

/** A value whose type nobody declared: its own JSON, without quotes round a text. */
export function plainText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What changed between two sets of values, as the API takes it: null takes a value away. */
export function changedValues(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): Record<string, unknown> | null {
  const changes: Record<string, unknown> = {};
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const value = after[name] ?? null;
    if (JSON.stringify(value) !== JSON.stringify(before[name] ?? null)) changes[name] = value;
  }
  return Object.keys(changes).length > 0 ? changes : null;
}
