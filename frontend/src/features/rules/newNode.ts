import type { Field } from './catalogue';
import { firstTest } from './operators';
import type { Leaf, PropertyFilter } from './ruleTypes';

/** The kinds of conditions that can be added, in the order of the picker. */
export const LEAF_KINDS = [
  'ATTRIBUTE',
  'TAG',
  'EVENT',
  'SEQUENCE',
  'ROWS',
  'SEGMENT',
  'IDENTITY',
] as const satisfies readonly Leaf['op'][];
export type LeafKind = (typeof LEAF_KINDS)[number];

/** A new condition on what was picked. */
export function newLeaf(kind: LeafKind, key: string, field?: Field): Leaf {
  switch (kind) {
    case 'ATTRIBUTE':
    case 'TAG':
      return { op: kind, name: key, test: firstTest(field?.type ?? 'TEXT') };
    case 'EVENT':
      return {
        op: kind,
        event: key,
        did: true,
        window: { kind: 'LAST', value: 30, unit: 'DAY', today: true },
      };
    case 'SEQUENCE':
      return {
        op: kind,
        did: true,
        steps: [{ event: key }, { event: '' }],
        window: { kind: 'LAST', value: 30, unit: 'DAY', today: true },
      };
    case 'ROWS':
      return { op: kind, table: key, did: true, window: { kind: 'ALWAYS' } };
    case 'SEGMENT':
      return { op: kind, segment: key, in: true };
    case 'IDENTITY':
      return { op: kind, idType: key, has: true };
  }
}

/** A new filter on a property. */
export function newFilter(field: Field): PropertyFilter {
  return { op: 'PROPERTY', name: field.name, test: firstTest(field.type) };
}
