import type { EnumOf } from '@/shared/graphql/graphql';

/*
 * A rule as the API has it: a tree of nodes, each with its `op`. While it is being built the same
 * types hold what is not filled in yet: empty names, empty lists of values, null where a number
 * will be. checkRule says what is missing.
 */

export type PropertyType = EnumOf<'PropertyType'>;

export const JOIN_OPS = ['AND', 'OR', 'EXCLUDE'] as const;
export type JoinOp = (typeof JOIN_OPS)[number];

export const TEST_WORDS = [
  'IN',
  'NOT_IN_TAGGED',
  'NOT_IN_ALL',
  'CONTAINS',
  'NOT_CONTAINS',
  'STARTS_WITH',
  'ENDS_WITH',
  'MATCHES',
  'EQ',
  'NE',
  'GT',
  'GE',
  'LT',
  'LE',
  'BETWEEN',
  'DURING',
  'IS_TRUE',
  'IS_FALSE',
  'ANY_OF',
  'ALL_OF',
  'NONE_OF',
  'IS_EMPTY',
  'NOT_EMPTY',
  'IS_NULL',
  'NOT_NULL',
] as const;
export type TestWord = (typeof TEST_WORDS)[number];

export type Value = string | number | null;

export interface Test {
  test: TestWord;
  values?: Value[] | undefined;
  window?: Window | undefined;
}

export type LengthUnit = 'MINUTE' | 'HOUR' | 'DAY' | 'WEEK';
export interface Length {
  value: number | null;
  unit: LengthUnit;
}

export type LastUnit = 'HOUR' | 'DAY' | 'WEEK' | 'MONTH' | 'YEAR';
export type ThisUnit = 'DAY' | 'WEEK' | 'HALF_MONTH' | 'MONTH' | 'QUARTER' | 'YEAR';
export type SameUnit = 'DAY' | 'WEEK' | 'MONTH';

export interface AnchorEvent {
  event: string;
  where?: Filter | undefined;
  window?: Window | undefined;
  pick: 'FIRST' | 'LAST';
}

export interface AnchorWindow {
  kind: 'ANCHOR';
  event?: AnchorEvent | undefined;
  attribute?: string | undefined;
  before?: Length | undefined;
  after?: Length | undefined;
  same?: SameUnit | undefined;
}

export type Window =
  | { kind: 'ALWAYS' }
  | { kind: 'BETWEEN'; from?: string | undefined; to?: string | undefined }
  | { kind: 'LAST'; value: number | null; unit: LastUnit; today?: boolean | undefined }
  | { kind: 'THIS'; unit: ThisUnit }
  | { kind: 'NEXT'; value: number | null; unit: LastUnit }
  | { kind: 'DAYS'; from?: number | undefined; to?: number | undefined }
  | AnchorWindow;
export type WindowKind = Window['kind'];

export interface PropertyFilter {
  op: 'PROPERTY';
  name: string;
  test: Test;
}
export interface FilterJoin {
  op: 'AND' | 'OR';
  nodes: Filter[];
}
export type Filter = FilterJoin | PropertyFilter;

export const MEASURES = ['TIMES', 'ROWS', 'DAYS', 'SUM', 'AVG', 'MIN', 'MAX', 'DISTINCT'] as const;
export type MeasureOf = (typeof MEASURES)[number];
export interface Measure {
  of: MeasureOf;
  name?: string | undefined;
}

export interface ValueNode {
  op: 'ATTRIBUTE' | 'TAG';
  name: string;
  test: Test;
}
export interface IdentityNode {
  op: 'IDENTITY';
  idType: string;
  has: boolean;
}
export interface SegmentNode {
  op: 'SEGMENT';
  segment: string;
  in: boolean;
}
export interface EventNode {
  op: 'EVENT';
  event: string;
  did: boolean;
  where?: Filter | undefined;
  window?: Window | undefined;
  measure?: Measure | undefined;
  compare?: Test | undefined;
}
export interface SequenceStep {
  event: string;
  where?: Filter | undefined;
}
export interface SequenceNode {
  op: 'SEQUENCE';
  did: boolean;
  steps: SequenceStep[];
  window?: Window | undefined;
  within?: Length | undefined;
  link?: string | undefined;
}
export interface RowsNode {
  op: 'ROWS';
  table: string;
  did: boolean;
  where?: Filter | undefined;
  window?: Window | undefined;
  measure?: Measure | undefined;
  compare?: Test | undefined;
}
export type Leaf = ValueNode | IdentityNode | SegmentNode | EventNode | SequenceNode | RowsNode;
export interface Join {
  op: JoinOp;
  nodes: RuleNode[];
}
export type RuleNode = Join | Leaf;

export function isJoin(node: RuleNode): node is Join {
  return JOIN_OPS.some((op) => op === node.op);
}

/** Limits of the API (spec §9.2). */
export const LIMITS = { levels: 4, leaves: 50, filters: 10, steps: 5, values: 1000 } as const;
