import {
  type Filter,
  type FilterJoin,
  isJoin,
  type Join,
  type JoinOp,
  type Leaf,
  type RuleNode,
} from './ruleTypes';

/*
 * The tree that the builder edits always has the same shape: a chain of joins whose links are
 * groups, and each group a join of conditions and further groups. A chain reads from the top:
 * A 且 B 排除 C is EXCLUDE[AND[A, B], C]. What comes in otherwise is brought into this shape
 * without a change of meaning, and goes out without the joins that hold one thing only.
 */

export type Path = readonly (string | number)[];

export const EMPTY_RULE: Join = { op: 'AND', nodes: [{ op: 'AND', nodes: [] }] };

export function printPath(path: Path): string {
  return path.join('.');
}

/** A stored rule in the builder's shape; the empty rule when there is none. */
export function readRule(stored: unknown): Join {
  if (typeof stored !== 'object' || stored === null || !('op' in stored)) return EMPTY_RULE;
  const root = withFilterJoins(stored as RuleNode);
  if (!isJoin(root)) return { op: 'AND', nodes: [asGroup(root)] };
  const isChain =
    root.nodes.length > 1 && (root.op === 'EXCLUDE' || root.nodes.every((node) => isJoin(node)));
  if (!isChain) {
    const [only] = root.nodes;
    const isWrapped = root.nodes.length === 1 && only && isJoin(only);
    return isWrapped ? { op: 'AND', nodes: [only] } : { op: 'AND', nodes: [withoutOne(root)] };
  }
  return buildChain(readChain(chainOf(root)));
}

/** What is sent: without a chain of one link. */
export function writeRule(root: Join): RuleNode {
  const [first] = root.nodes;
  return root.nodes.length === 1 && first ? first : root;
}

/** Where the API's path of a wrong node stands in the builder's tree. */
export function readPath(root: Join, path: string): string {
  const own = path.replace(/^(input\.)?(rule\.?)?/, '');
  return root.nodes.length === 1 ? ['nodes.0', own].filter(Boolean).join('.') : own;
}

function asGroup(node: RuleNode): Join {
  return isJoin(node) ? node : { op: 'AND', nodes: [node] };
}

/** EXCLUDE of one thing is the thing itself. */
function withoutOne(join: Join): Join {
  return join.nodes.length === 1 && join.op === 'EXCLUDE' ? { ...join, op: 'AND' } : join;
}

function chainOf(join: Join): Join {
  const [first, ...rest] = join.nodes;
  if (!first) return join;
  const head = isJoin(first) && isLinked(first) ? chainOf(first) : asGroup(first);
  return { op: join.op, nodes: [head, ...rest.map(asGroup)] };
}

/** Whether a first link is itself a chain rather than a group. */
function isLinked(join: Join): boolean {
  return join.nodes.length > 1 && join.nodes.every(isJoin);
}

export interface Link {
  /** How it joins all that stands above it; of the first one it says nothing. */
  join: JoinOp;
  group: Join;
  path: Path;
}

/** The links of a chain in reading order, each with its place in the tree. */
export function readChain(root: Join, path: Path = []): Link[] {
  const [first, ...rest] = root.nodes;
  if (!first || !isJoin(first)) return [];
  const head: Link[] =
    root.nodes.length > 1 && isLinked(first)
      ? readChain(first, [...path, 'nodes', 0])
      : [{ join: 'AND', group: first, path: [...path, 'nodes', 0] }];
  return [
    ...head,
    ...rest.map((node, index) => ({
      join: root.op,
      group: asGroup(node),
      path: [...path, 'nodes', index + 1],
    })),
  ];
}

/** The tree of a list of links; consecutive links with one join share it. */
export function buildChain(links: readonly Pick<Link, 'join' | 'group'>[]): Join {
  const [first, ...rest] = links;
  if (!first) return EMPTY_RULE;
  return rest.reduce<Join>(
    (chain, { join, group }) =>
      chain.nodes.length === 1 || chain.op === join
        ? { op: join, nodes: [...chain.nodes, group] }
        : { op: join, nodes: [chain, group] },
    { op: 'AND', nodes: [first.group] },
  );
}

/** A single filter stands in a join, so that another can be put beside it. */
function withFilterJoins(node: RuleNode): RuleNode {
  if (isJoin(node)) return { ...node, nodes: node.nodes.map(withFilterJoins) };
  if (node.op === 'EVENT' || node.op === 'ROWS') {
    const { window } = node;
    return {
      ...node,
      ...(node.where ? { where: filterJoin(node.where) } : {}),
      ...(window?.kind === 'ANCHOR' && window.event?.where
        ? {
            window: {
              ...window,
              event: { ...window.event, where: filterJoin(window.event.where) },
            },
          }
        : {}),
    };
  }
  if (node.op === 'SEQUENCE')
    return {
      ...node,
      steps: node.steps.map((step) =>
        step.where ? { ...step, where: filterJoin(step.where) } : step,
      ),
    };
  return node;
}

/** A filter in the editor's shape. */
export function filterJoin(filter: Filter): FilterJoin {
  return filter.op === 'PROPERTY' ? { op: 'AND', nodes: [filter] } : filter;
}

/** The conditions of a rule, in reading order. */
export function leavesOf(node: RuleNode): Leaf[] {
  return isJoin(node) ? node.nodes.flatMap(leavesOf) : [node];
}

/** How many joins stand within each other. */
export function levelsOf(node: RuleNode): number {
  return isJoin(node) ? 1 + Math.max(0, ...node.nodes.map(levelsOf)) : 0;
}

export function isEmptyRule(root: Join): boolean {
  return leavesOf(root).length === 0;
}

/** The rule as the API takes it; null when it has no condition at all. */
export function ruleInput(root: Join): Record<string, unknown> | null {
  return isEmptyRule(root) ? null : (writeRule(root) as unknown as Record<string, unknown>);
}

/** Replaces, in a list, the entry at an index; null takes it out. */
export function replaceAt<Item>(list: readonly Item[], index: number, item: Item | null): Item[] {
  return list.flatMap((old, at) => (at === index ? (item === null ? [] : [item]) : [old]));
}
