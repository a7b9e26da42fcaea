import type { MeasureOf, PropertyType, Test, TestWord, Window, WindowKind } from './ruleTypes';

const NULLS = ['IS_NULL', 'NOT_NULL'] as const;

/** What may be asked of a value, by its type (spec §9.2). An object cannot be asked about. */
export const TESTS_OF: Record<PropertyType, readonly TestWord[]> = {
  TEXT: [
    'IN',
    'NOT_IN_TAGGED',
    'NOT_IN_ALL',
    'CONTAINS',
    'NOT_CONTAINS',
    'STARTS_WITH',
    'ENDS_WITH',
    'MATCHES',
    ...NULLS,
  ],
  NUMBER: ['EQ', 'NE', 'GT', 'GE', 'LT', 'LE', 'BETWEEN', ...NULLS],
  BOOLEAN: ['IS_TRUE', 'IS_FALSE', ...NULLS],
  DATE: ['DURING', ...NULLS],
  DATETIME: ['DURING', ...NULLS],
  LIST: ['ANY_OF', 'ALL_OF', 'NONE_OF', 'IS_EMPTY', 'NOT_EMPTY', ...NULLS],
  OBJECT: [],
};

/** The comparators of a measure. */
export const COMPARATORS = ['GE', 'GT', 'EQ', 'NE', 'LE', 'LT', 'BETWEEN'] as const;

/** What stands behind an operator. */
export type Operand = 'none' | 'text' | 'texts' | 'number' | 'range' | 'window';

export function operandOf(test: TestWord): Operand {
  switch (test) {
    case 'IN':
    case 'NOT_IN_TAGGED':
    case 'NOT_IN_ALL':
    case 'ANY_OF':
    case 'ALL_OF':
    case 'NONE_OF':
      return 'texts';
    case 'CONTAINS':
    case 'NOT_CONTAINS':
    case 'STARTS_WITH':
    case 'ENDS_WITH':
    case 'MATCHES':
      return 'text';
    case 'EQ':
    case 'NE':
    case 'GT':
    case 'GE':
    case 'LT':
    case 'LE':
      return 'number';
    case 'BETWEEN':
      return 'range';
    case 'DURING':
      return 'window';
    default:
      return 'none';
  }
}

/** A test of this word, keeping of the old one what still fits. */
export function withWord(word: TestWord, old?: Test): Test {
  const operand = operandOf(word);
  if (operand === 'none') return { test: word };
  if (operand === 'window') return { test: word, window: old?.window ?? firstWindow('value') };
  if (old && operandOf(old.test) === operand) return { ...old, test: word };
  const [first = null] = old?.values ?? [];
  if (operand === 'number')
    return { test: word, values: [typeof first === 'number' ? first : null] };
  if (operand === 'range')
    return { test: word, values: [typeof first === 'number' ? first : null, null] };
  const texts = (old?.values ?? []).filter((value) => typeof value === 'string');
  return { test: word, values: operand === 'text' ? [texts[0] ?? ''] : texts.filter(Boolean) };
}

/** The first question that is asked of a value of this type. */
export function firstTest(type: PropertyType): Test {
  return withWord(TESTS_OF[type][0] ?? 'NOT_NULL');
}

/** Where a window stands: on a date value, or on when something happened. */
export type WindowUse = 'value' | 'behaviour' | 'anchor';

export const WINDOWS_OF: Record<WindowUse, readonly WindowKind[]> = {
  value: ['LAST', 'BETWEEN', 'THIS', 'NEXT', 'DAYS'],
  behaviour: ['ALWAYS', 'LAST', 'BETWEEN', 'THIS', 'DAYS', 'ANCHOR'],
  anchor: ['ALWAYS', 'LAST', 'BETWEEN', 'THIS', 'DAYS'],
};

export function newWindow(kind: WindowKind): Window {
  switch (kind) {
    case 'ALWAYS':
      return { kind };
    case 'BETWEEN':
      return { kind };
    case 'LAST':
      return { kind, value: 30, unit: 'DAY', today: true };
    case 'THIS':
      return { kind, unit: 'MONTH' };
    case 'NEXT':
      return { kind, value: 7, unit: 'DAY' };
    case 'DAYS':
      return { kind, to: -7 };
    case 'ANCHOR':
      return { kind, event: { event: '', pick: 'FIRST' }, after: { value: 7, unit: 'DAY' } };
  }
}

export function firstWindow(use: WindowUse): Window {
  return newWindow(WINDOWS_OF[use][0] ?? 'LAST');
}

/** Ready-made windows, so that the usual ones are one click (spec §9.2). */
export const WINDOW_PRESETS = [
  { kind: 'LAST', value: 1, unit: 'DAY', today: false },
  { kind: 'LAST', value: 7, unit: 'DAY', today: true },
  { kind: 'LAST', value: 30, unit: 'DAY', today: true },
  { kind: 'LAST', value: 6, unit: 'MONTH', today: true },
  { kind: 'LAST', value: 1, unit: 'YEAR', today: true },
] as const satisfies readonly Window[];

export const MEASURES_OF = {
  EVENT: ['TIMES', 'DAYS', 'SUM', 'AVG', 'MIN', 'MAX', 'DISTINCT'],
  ROWS: ['ROWS', 'DAYS', 'SUM', 'AVG', 'MIN', 'MAX', 'DISTINCT'],
} as const satisfies Record<string, readonly MeasureOf[]>;

/** Types that a measure can be taken of; none when it needs no property. */
export function measurable(of: MeasureOf): readonly PropertyType[] {
  if (of === 'SUM' || of === 'AVG' || of === 'MIN' || of === 'MAX') return ['NUMBER'];
  if (of === 'DISTINCT') return ['TEXT', 'NUMBER', 'BOOLEAN', 'DATE', 'DATETIME'];
  return [];
}
