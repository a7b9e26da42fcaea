import type { TFunction } from 'i18next';
import { byName, type Catalogue, type Field, labelOf, labelOfKey } from './catalogue';
import { operandOf } from './operators';
import {
  type AnchorWindow,
  type Filter,
  isJoin,
  type Leaf,
  type Length,
  type RuleNode,
  type Test,
  type Window,
} from './ruleTypes';

export type RuleWords = TFunction<'rules'>;

/** A rule as a sentence, in the words of the language and the names of the catalogue. */
export function ruleSentence(rule: RuleNode, t: RuleWords, catalogue: Catalogue): string {
  return sentenceOfNode(rule, t, catalogue, true) || t('sentence.nothing');
}

function sentenceOfNode(node: RuleNode, t: RuleWords, names: Catalogue, isOuter: boolean): string {
  if (!isJoin(node)) return sentenceOfLeaf(node, t, names);
  const parts = node.nodes
    .filter((child) => !isJoin(child) || child.nodes.length > 0)
    .map((child) => sentenceOfNode(child, t, names, node.nodes.length === 1 && isOuter))
    .filter(Boolean);
  const [first = '', ...rest] = parts;
  if (rest.length === 0) return first;
  const text =
    node.op === 'EXCLUDE'
      ? t('sentence.exclude', { first, rest: rest.join(t('sentence.comma')) })
      : parts.join(t(`sentence.${node.op}`));
  return isOuter ? text : t('sentence.brackets', { text });
}

function sentenceOfLeaf(leaf: Leaf, t: RuleWords, names: Catalogue): string {
  switch (leaf.op) {
    case 'ATTRIBUTE':
      return t('sentence.attribute', {
        name: named(labelOf(names.attributes, leaf.name), t),
        test: sentenceOfTest(leaf.test, t),
      });
    case 'TAG':
      return t('sentence.tag', {
        name: named(labelOf(names.tags, leaf.name), t),
        test: sentenceOfTest(leaf.test, t),
      });
    case 'IDENTITY':
      return t(leaf.has ? 'sentence.hasId' : 'sentence.hasNoId', {
        name: named(labelOfKey(names.idTypes, leaf.idType), t),
      });
    case 'SEGMENT':
      return t(leaf.in ? 'sentence.inSegment' : 'sentence.notInSegment', {
        name: named(labelOfKey(names.segments, leaf.segment), t),
      });
    case 'EVENT': {
      const fields = byName(names.events, leaf.event)?.fields ?? [];
      const what = sentenceOfEvent(leaf, t, names);
      const when = timeOf(leaf.window, t, names);
      if (!leaf.did) return t('sentence.didNot', { what, when });
      return t('sentence.did', { what, when }) + measureOf(leaf, fields, t);
    }
    case 'ROWS': {
      const fields = byName(names.tables, leaf.table)?.fields ?? [];
      const what = named(labelOf(names.tables, leaf.table), t);
      const rows = {
        what,
        when: timeOf(leaf.window, t, names),
        where: where(leaf.where, fields, t),
      };
      if (!leaf.did) return t('sentence.noRows', rows);
      return t('sentence.rows', rows) + measureOf(leaf, fields, t);
    }
    case 'SEQUENCE': {
      const what = leaf.steps
        .map((step) => sentenceOfEvent(step, t, names))
        .join(t('sentence.then'));
      const fields = byName(names.events, leaf.steps[0]?.event)?.fields ?? [];
      return (
        t(leaf.did ? 'sentence.sequence' : 'sentence.noSequence', {
          what,
          when: timeOf(leaf.window, t, names),
        }) +
        (leaf.within ? t('sentence.within', { length: lengthOf(leaf.within, t) }) : '') +
        (leaf.link ? t('sentence.link', { name: named(labelOf(fields, leaf.link), t) }) : '')
      );
    }
  }
}

/** An event by its name, with what its properties must be. */
export function sentenceOfEvent(
  { event, where: filter }: { event: string; where?: Filter | undefined },
  t: RuleWords,
  names: Pick<Catalogue, 'events'>,
): string {
  const fields = byName(names.events, event)?.fields ?? [];
  return named(labelOf(names.events, event), t) + where(filter, fields, t);
}

function named(label: string, t: RuleWords): string {
  return label === '' ? t('sentence.open') : t('sentence.quoted', { label });
}

function where(filter: Filter | undefined, fields: readonly Field[], t: RuleWords): string {
  const text = filter ? sentenceOfFilter(filter, fields, t, true) : '';
  return text === '' ? '' : t('sentence.where', { text });
}

function sentenceOfFilter(
  filter: Filter,
  fields: readonly Field[],
  t: RuleWords,
  isOuter: boolean,
): string {
  if (filter.op === 'PROPERTY')
    return t('sentence.property', {
      name: labelOf(fields, filter.name) || t('sentence.open'),
      test: sentenceOfTest(filter.test, t),
    });
  const parts = filter.nodes
    .map((child) => sentenceOfFilter(child, fields, t, filter.nodes.length === 1 && isOuter))
    .filter(Boolean);
  const text = parts.join(t(`sentence.${filter.op}`));
  return isOuter || parts.length < 2 ? text : t('sentence.brackets', { text });
}

/** A test, as what is said of the thing that is tested. */
export function sentenceOfTest({ test, values = [], window }: Test, t: RuleWords): string {
  switch (operandOf(test)) {
    case 'none':
      return t(`said.${test as NoOperand}`);
    case 'window':
      return t('said.DURING', {
        window: window ? sentenceOfWindow(window, t) : t('sentence.open'),
      });
    case 'range':
      return t('said.BETWEEN', { from: sayValue(values[0], t), to: sayValue(values[1], t) });
    case 'number':
    case 'text':
      return t(`said.${test as OneOperand}`, { value: sayValue(values[0], t) });
    case 'texts':
      return t(`said.${test as ManyOperands}`, {
        values:
          values
            .map((value) => sayValue(value, t))
            .join(t(`sentence.of.${test as ManyOperands}`)) || t('sentence.open'),
      });
  }
}

type NoOperand = 'IS_TRUE' | 'IS_FALSE' | 'IS_EMPTY' | 'NOT_EMPTY' | 'IS_NULL' | 'NOT_NULL';
type OneOperand =
  | 'CONTAINS'
  | 'NOT_CONTAINS'
  | 'STARTS_WITH'
  | 'ENDS_WITH'
  | 'MATCHES'
  | 'EQ'
  | 'NE'
  | 'GT'
  | 'GE'
  | 'LT'
  | 'LE';
type ManyOperands = 'IN' | 'NOT_IN_TAGGED' | 'NOT_IN_ALL' | 'ANY_OF' | 'ALL_OF' | 'NONE_OF';

function sayValue(value: unknown, t: RuleWords): string {
  if (value === null || value === undefined || value === '') return t('sentence.open');
  return typeof value === 'number' ? String(value) : t('sentence.quoted', { label: String(value) });
}

interface Measured {
  measure?: { of: string; name?: string | undefined } | undefined;
  compare?: Test | undefined;
}

/** What is counted; once at least goes without saying. */
function measureOf(leaf: Measured, fields: readonly Field[], t: RuleWords): string {
  const of = (leaf.measure?.of ?? 'TIMES') as 'TIMES';
  const compare: Test = leaf.compare ?? { test: 'GE', values: [1] };
  const isPlain =
    (of === 'TIMES' || (of as string) === 'ROWS') &&
    compare.test === 'GE' &&
    compare.values?.[0] === 1;
  if (isPlain) return '';
  const name = leaf.measure?.name;
  return t('sentence.measured', {
    measure: t(`measured.${of}`, {
      name: name ? named(labelOf(fields, name), t) : t('sentence.open'),
    }),
    test: sentenceOfTest(compare, t),
  });
}

/** When something happened; nothing for always. */
function timeOf(window: Window | undefined, t: RuleWords, names: Catalogue): string {
  if (!window || window.kind === 'ALWAYS') return '';
  return t('sentence.when', { window: sentenceOfWindow(window, t, names) });
}

/** A stretch of time. */
export function sentenceOfWindow(window: Window, t: RuleWords, names?: Catalogue): string {
  switch (window.kind) {
    case 'ALWAYS':
      return t('window.always');
    case 'BETWEEN': {
      const from = minute(window.from);
      const to = minute(window.to);
      if (from && to) return from === to ? from : t('window.between', { from, to });
      if (from) return t('window.from', { from });
      return to ? t('window.to', { to }) : t('sentence.open');
    }
    case 'LAST':
      return t(
        window.unit === 'HOUR'
          ? 'window.lastHours'
          : window.today !== false
            ? 'window.lastToday'
            : 'window.last',
        {
          length: unitOf(window.value, window.unit, t),
        },
      );
    case 'THIS':
      return t(`window.this.${window.unit}`);
    case 'NEXT':
      return t('window.next', { length: unitOf(window.value, window.unit, t) });
    case 'DAYS':
      return daysOf(window.from, window.to, t);
    case 'ANCHOR':
      return anchorOf(window, t, names);
  }
}

function minute(at: string | undefined): string {
  return at ? at.replace('T', ' ').replace(/(:00)?(\.\d+)?(Z|[+-]\d\d:\d\d)$/, '') : '';
}

function unitOf(
  count: number | null,
  unit: 'MINUTE' | 'HOUR' | 'DAY' | 'WEEK' | 'MONTH' | 'YEAR',
  t: RuleWords,
): string {
  return count === null
    ? `${t('sentence.open')} ${t(`unit.${unit}`, { count: 2 })}`
    : t(`length.${unit}`, { count });
}

function lengthOf({ value, unit }: Length, t: RuleWords): string {
  return unitOf(value, unit, t);
}

function daysOf(from: number | undefined, to: number | undefined, t: RuleWords): string {
  const day = (offset: number) =>
    offset === 0
      ? t('window.today')
      : t(offset < 0 ? 'window.daysAgo' : 'window.daysOn', { count: Math.abs(offset) });
  if (from === undefined && to === undefined) return t('sentence.open');
  if (from === undefined) return t('window.untilDay', { day: day(to ?? 0) });
  if (to === undefined) return t('window.fromDay', { day: day(from) });
  return from === to ? day(from) : t('window.dayToDay', { from: day(from), to: day(to) });
}

function anchorOf(window: AnchorWindow, t: RuleWords, names?: Catalogue): string {
  const { event, attribute, before, after, same } = window;
  const fields = byName(names?.events ?? [], event?.event)?.fields ?? [];
  const anchor = event
    ? t(`window.anchor.${event.pick}`, {
        what: named(labelOf(names?.events ?? [], event.event), t) + where(event.where, fields, t),
        when: event.window && names ? timeOf(event.window, t, names) : '',
      })
    : t('window.anchor.attribute', {
        name: named(labelOf(names?.attributes ?? [], attribute ?? ''), t),
      });
  if (same) return t(`window.same.${same}`, { anchor });
  if (before && after)
    return t('window.around', { anchor, before: lengthOf(before, t), after: lengthOf(after, t) });
  if (before) return t('window.before', { anchor, length: lengthOf(before, t) });
  if (after) return t('window.after', { anchor, length: lengthOf(after, t) });
  return t('window.around', { anchor, before: t('sentence.open'), after: t('sentence.open') });
}
