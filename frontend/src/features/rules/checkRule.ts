import { byName, type Catalogue } from './catalogue';
import { operandOf, TESTS_OF } from './operators';
import { leavesOf, levelsOf } from './ruleTree';
import {
  type Filter,
  isJoin,
  type Join,
  type Leaf,
  type Length,
  LIMITS,
  type Measure,
  type PropertyType,
  type RuleNode,
  type Test,
  type Window,
} from './ruleTypes';

/** What is wrong at a node of the builder's tree. */
export interface RuleProblem {
  path: string;
  rule: string;
  /** English; shown only where the console has no words for the rule. */
  message: string;
  params: Record<string, unknown>;
}

/** All that can be told about a rule before it is sent; the empty rule has no problems. */
export function checkRule(root: Join, catalogue: Catalogue | null): RuleProblem[] {
  const found: RuleProblem[] = [];
  const say: Say = (path, rule, params = {}) =>
    found.push({ path: path.join('.'), rule, message: rule, params });
  const leaves = leavesOf(root).length;
  if (leaves === 0) return [];
  if (leaves > LIMITS.leaves) say([], 'TOO_MANY', { limit: LIMITS.leaves });
  if (levelsOf(root.nodes.length === 1 && root.nodes[0] ? root.nodes[0] : root) > LIMITS.levels)
    say([], 'TOO_DEEP', { limit: LIMITS.levels });
  checkNode(root, [], say, catalogue);
  return found;
}

/** What can be told about an event with its filter; paths begin with the given one. */
export function checkEvent(
  { event, where }: { event: string; where?: Filter | undefined },
  path: string,
  catalogue: Catalogue | null,
): RuleProblem[] {
  const found: RuleProblem[] = [];
  const say: Say = (at, rule, params = {}) =>
    found.push({ path: at.join('.'), rule, message: rule, params });
  checkName(event, [path, 'event'], say, catalogue?.events);
  const fields = catalogue && byName(catalogue.events, event)?.fields;
  checkFilter(where, [path, 'where'], say, fields);
  return found;
}

type Place = (string | number)[];
type Say = (path: Place, rule: string, params?: Record<string, unknown>) => void;

function checkNode(node: RuleNode, at: Place, say: Say, catalogue: Catalogue | null): void {
  if (!isJoin(node)) {
    checkLeaf(node, at, say, catalogue);
    return;
  }
  if (node.nodes.length === 0) say(at, 'EMPTY_GROUP');
  node.nodes.forEach((child, index) => {
    checkNode(child, [...at, 'nodes', index], say, catalogue);
  });
}

function checkLeaf(leaf: Leaf, at: Place, say: Say, catalogue: Catalogue | null): void {
  switch (leaf.op) {
    case 'ATTRIBUTE':
    case 'TAG': {
      const list = catalogue && (leaf.op === 'TAG' ? catalogue.tags : catalogue.attributes);
      checkName(leaf.name, [...at, 'name'], say, list);
      checkTest(leaf.test, [...at, 'test'], say, list && byName(list, leaf.name)?.type);
      break;
    }
    case 'IDENTITY':
      if (!leaf.idType) say([...at, 'idType'], 'REQUIRED');
      break;
    case 'SEGMENT':
      if (!leaf.segment) say([...at, 'segment'], 'REQUIRED');
      break;
    case 'EVENT':
    case 'ROWS': {
      const [name, key, list] =
        leaf.op === 'EVENT'
          ? ([leaf.event, 'event', catalogue?.events] as const)
          : ([leaf.table, 'table', catalogue?.tables] as const);
      checkName(name, [...at, key], say, list);
      const fields = list && byName(list, name)?.fields;
      checkFilter(leaf.where, [...at, 'where'], say, fields);
      checkWindow(leaf.window, [...at, 'window'], say, catalogue);
      checkMeasure(leaf.measure, [...at, 'measure'], say);
      if (leaf.compare) checkTest(leaf.compare, [...at, 'compare'], say, undefined);
      break;
    }
    case 'SEQUENCE':
      if (leaf.steps.length < 2) say([...at, 'steps'], 'TOO_FEW', { limit: 2 });
      if (leaf.steps.length > LIMITS.steps)
        say([...at, 'steps'], 'TOO_MANY', { limit: LIMITS.steps });
      leaf.steps.forEach((step, index) => {
        const place = [...at, 'steps', index];
        checkName(step.event, [...place, 'event'], say, catalogue?.events);
        checkFilter(
          step.where,
          [...place, 'where'],
          say,
          catalogue && byName(catalogue.events, step.event)?.fields,
        );
      });
      checkWindow(leaf.window, [...at, 'window'], say, catalogue);
      if (leaf.within) checkLength(leaf.within, [...at, 'within'], say);
      break;
  }
}

interface Known {
  name: string;
  enabled: boolean;
}

function checkName(
  name: string,
  at: Place,
  say: Say,
  list: readonly Known[] | null | undefined,
): void {
  if (!name) {
    say(at, 'REQUIRED');
    return;
  }
  if (!list) return;
  const known = byName(list, name);
  if (!known) say(at, 'UNKNOWN_NAME', { name });
  else if (!known.enabled) say(at, 'DISABLED_NAME', { name });
}

interface TypedName extends Known {
  type: PropertyType;
}

function checkFilter(
  filter: Filter | undefined,
  at: Place,
  say: Say,
  fields: readonly TypedName[] | null | undefined,
): void {
  if (!filter) return;
  if (filtersOf(filter) > LIMITS.filters) say(at, 'TOO_MANY', { limit: LIMITS.filters });
  const walk = (node: Filter, place: Place) => {
    if (node.op === 'PROPERTY') {
      checkName(node.name, [...place, 'name'], say, fields);
      checkTest(node.test, [...place, 'test'], say, fields && byName(fields, node.name)?.type);
      return;
    }
    if (node.nodes.length === 0) say(place, 'EMPTY_GROUP');
    node.nodes.forEach((child, index) => {
      walk(child, [...place, 'nodes', index]);
    });
  };
  walk(filter, at);
}

function filtersOf(filter: Filter): number {
  return filter.op === 'PROPERTY'
    ? 1
    : filter.nodes.reduce((sum, child) => sum + filtersOf(child), 0);
}

function checkTest(test: Test, at: Place, say: Say, type: PropertyType | null | undefined): void {
  if (type && !TESTS_OF[type].includes(test.test)) {
    say([...at, 'test'], 'TYPE_CHANGED');
    return;
  }
  const values = test.values ?? [];
  const place = [...at, 'values'];
  const isNumber = (value: unknown) => typeof value === 'number' && Number.isFinite(value);
  switch (operandOf(test.test)) {
    case 'texts':
      if (values.length === 0) say(place, 'REQUIRED');
      else if (values.length > LIMITS.values) say(place, 'TOO_MANY', { limit: LIMITS.values });
      break;
    case 'text':
      if (typeof values[0] !== 'string' || values[0] === '') say(place, 'REQUIRED');
      break;
    case 'number':
      if (!isNumber(values[0])) say(place, 'REQUIRED');
      break;
    case 'range':
      if (!isNumber(values[0]) || !isNumber(values[1])) say(place, 'REQUIRED');
      else if (Number(values[0]) > Number(values[1])) say(place, 'BACKWARDS');
      break;
    case 'window':
      if (test.window) checkWindow(test.window, [...at, 'window'], say, null);
      else say([...at, 'window'], 'REQUIRED');
      break;
    case 'none':
      break;
  }
}

function checkWindow(
  window: Window | undefined,
  at: Place,
  say: Say,
  catalogue: Catalogue | null,
): void {
  switch (window?.kind) {
    case 'BETWEEN':
      if (!window.from && !window.to) say(at, 'REQUIRED');
      else if (window.from && window.to && Date.parse(window.from) > Date.parse(window.to))
        say(at, 'BACKWARDS');
      break;
    case 'LAST':
    case 'NEXT':
      if (!window.value || window.value < 1) say([...at, 'value'], 'REQUIRED');
      break;
    case 'DAYS':
      if (window.from === undefined && window.to === undefined) say(at, 'REQUIRED');
      else if (window.from !== undefined && window.to !== undefined && window.from > window.to)
        say(at, 'BACKWARDS');
      break;
    case 'ANCHOR':
      if (window.event) {
        checkName(window.event.event, [...at, 'event', 'event'], say, catalogue?.events);
        checkFilter(
          window.event.where,
          [...at, 'event', 'where'],
          say,
          catalogue && byName(catalogue.events, window.event.event)?.fields,
        );
        checkWindow(window.event.window, [...at, 'event', 'window'], say, catalogue);
      } else if (!window.attribute) say([...at, 'attribute'], 'REQUIRED');
      if (!window.same && !window.before && !window.after) say(at, 'REQUIRED');
      if (window.before) checkLength(window.before, [...at, 'before'], say);
      if (window.after) checkLength(window.after, [...at, 'after'], say);
      break;
  }
}

function checkLength({ value }: Length, at: Place, say: Say): void {
  if (value === null || value < 1) say([...at, 'value'], 'REQUIRED');
}

function checkMeasure(measure: Measure | undefined, at: Place, say: Say): void {
  if (!measure || ['TIMES', 'ROWS', 'DAYS'].includes(measure.of)) return;
  if (!measure.name) say([...at, 'name'], 'REQUIRED');
}

/** The problems of a node itself, without those of nodes, filters and steps below it. */
export function problemsAt(problems: readonly RuleProblem[], path: string): RuleProblem[] {
  return problems.filter((problem) => {
    if (problem.path !== path && !problem.path.startsWith(path === '' ? '' : `${path}.`))
      return false;
    const rest = path === '' ? problem.path : problem.path.slice(path.length);
    return !/(^|\.)(nodes|steps)\.\d/.test(rest);
  });
}
