import { expect, test } from 'vitest';
import {
  buildChain,
  EMPTY_RULE,
  leavesOf,
  levelsOf,
  readChain,
  readPath,
  readRule,
  ruleInput,
  writeRule,
} from './ruleTree';
import type { Join, JoinOp, RuleNode } from './ruleTypes';

const leaf = (idType: string): RuleNode => ({ op: 'IDENTITY', idType, has: true });
const join = (op: JoinOp, ...nodes: RuleNode[]): Join => ({ op, nodes });
const A = join('AND', leaf('a'));
const B = join('OR', leaf('b'), leaf('c'));
const C = join('AND', leaf('d'));

test.each<[string, RuleNode, JoinOp[], string[]]>([
  ['a condition alone', leaf('a'), ['AND'], ['nodes.0']],
  ['a group', join('OR', leaf('a'), leaf('b')), ['AND'], ['nodes.0']],
  ['a group with a nested one', join('AND', leaf('a'), B), ['AND'], ['nodes.0']],
  ['two groups', join('OR', A, B), ['AND', 'OR'], ['nodes.0', 'nodes.1']],
  [
    'exclusion of a condition',
    join('EXCLUDE', leaf('a'), leaf('b')),
    ['AND', 'EXCLUDE'],
    ['nodes.0', 'nodes.1'],
  ],
  [
    'two groups and an exclusion',
    join('EXCLUDE', join('AND', A, B), C),
    ['AND', 'AND', 'EXCLUDE'],
    ['nodes.0.nodes.0', 'nodes.0.nodes.1', 'nodes.1'],
  ],
])('%s reads as a chain', (_what, stored, joins, paths) => {
  const links = readChain(readRule(stored));
  expect(links.map((link) => link.join)).toEqual(joins);
  expect(links.map((link) => link.path.join('.'))).toEqual(paths);
  expect(leavesOf(readRule(stored))).toEqual(leavesOf(stored));
});

test('a chain written and read again is the same', () => {
  const links = [
    { join: 'AND' as const, group: A },
    { join: 'AND' as const, group: B },
    { join: 'EXCLUDE' as const, group: C },
    { join: 'OR' as const, group: A },
  ];
  const root = buildChain(links);
  expect(root.op).toBe('OR');
  expect(readChain(root).map(({ join: op, group }) => ({ join: op, group }))).toEqual(links);
  expect(readRule(writeRule(root))).toEqual(root);
});

test('what is sent has no join of one thing at the top', () => {
  expect(writeRule(readRule(leaf('a')))).toEqual(join('AND', leaf('a')));
  expect(ruleInput(EMPTY_RULE)).toBeNull();
  expect(ruleInput(readRule(join('OR', A, B)))).toEqual(join('OR', A, B));
});

test('the API’s path of a wrong node leads to the builder’s node', () => {
  const one = readRule(join('AND', leaf('a'), leaf('b')));
  expect(readPath(one, 'rule.nodes.1.idType')).toBe('nodes.0.nodes.1.idType');
  expect(readPath(readRule(join('OR', A, B)), 'input.rule.nodes.1')).toBe('nodes.1');
  expect(readPath(one, 'rule')).toBe('nodes.0');
});

test('a filter alone stands in a join', () => {
  const stored = {
    op: 'EVENT',
    event: 'e',
    did: true,
    where: { op: 'PROPERTY', name: 'p', test: { test: 'IS_NULL' } },
  };
  expect(leavesOf(readRule(stored))[0]).toMatchObject({
    where: { op: 'AND', nodes: [stored.where] },
  });
});

test('levels are joins within joins', () => {
  expect(levelsOf(leaf('a'))).toBe(0);
  expect(levelsOf(join('AND', A, join('OR', B)))).toBe(3);
});
