import { expect, test } from 'vitest';
import { EMPTY_CATALOGUE } from './catalogue';
import { checkRule, problemsAt } from './checkRule';
import { TESTS_OF, withWord } from './operators';
import { EMPTY_RULE, readRule } from './ruleTree';
import type { Leaf, RuleNode } from './ruleTypes';

const at = 'nodes.0.nodes.0';
const ONE: Leaf = { op: 'IDENTITY', idType: 'phone', has: true };

test.each<[string, Leaf, string, string]>([
  [
    'a name is needed',
    { op: 'TAG', name: '', test: { test: 'IS_NULL' } },
    `${at}.name`,
    'REQUIRED',
  ],
  [
    'values are needed',
    { op: 'TAG', name: 'a', test: { test: 'IN', values: [] } },
    `${at}.test.values`,
    'REQUIRED',
  ],
  [
    'a text is needed',
    { op: 'TAG', name: 'a', test: { test: 'CONTAINS', values: [''] } },
    `${at}.test.values`,
    'REQUIRED',
  ],
  [
    'a number is needed',
    { op: 'TAG', name: 'a', test: { test: 'GE', values: [null] } },
    `${at}.test.values`,
    'REQUIRED',
  ],
  [
    'a range goes upwards',
    { op: 'TAG', name: 'a', test: { test: 'BETWEEN', values: [2, 1] } },
    `${at}.test.values`,
    'BACKWARDS',
  ],
  [
    'a date needs a window',
    { op: 'TAG', name: 'a', test: { test: 'DURING' } },
    `${at}.test.window`,
    'REQUIRED',
  ],
  [
    'dates go forwards',
    {
      op: 'EVENT',
      event: 'e',
      did: true,
      window: { kind: 'BETWEEN', from: '2021-03-31', to: '2021-03-01' },
    },
    `${at}.window`,
    'BACKWARDS',
  ],
  [
    'a measure needs its property',
    {
      op: 'EVENT',
      event: 'e',
      did: true,
      measure: { of: 'SUM' },
      compare: { test: 'GT', values: [1] },
    },
    `${at}.measure.name`,
    'REQUIRED',
  ],
  [
    'a sequence has two steps',
    { op: 'SEQUENCE', did: true, steps: [{ event: 'e' }] },
    `${at}.steps`,
    'TOO_FEW',
  ],
  [
    'every step is an event',
    { op: 'SEQUENCE', did: true, steps: [{ event: 'e' }, { event: '' }] },
    `${at}.steps.1.event`,
    'REQUIRED',
  ],
  [
    'an anchor is before or after',
    { op: 'EVENT', event: 'e', did: true, window: { kind: 'ANCHOR', attribute: 'a' } },
    `${at}.window`,
    'REQUIRED',
  ],
  [
    'a filter has values',
    {
      op: 'ROWS',
      table: 't',
      did: true,
      where: {
        op: 'AND',
        nodes: [{ op: 'PROPERTY', name: 'p', test: { test: 'IN', values: [] } }],
      },
    },
    `${at}.where.nodes.0.test.values`,
    'REQUIRED',
  ],
])('%s', (_what, leaf, path, rule) => {
  expect(checkRule(readRule(leaf), null)).toEqual([expect.objectContaining({ path, rule })]);
});

test('an empty rule has no problems of its own, an empty group has', () => {
  expect(checkRule(EMPTY_RULE, null)).toEqual([]);
  const root = {
    op: 'OR' as const,
    nodes: [
      { op: 'AND' as const, nodes: [ONE] },
      { op: 'AND' as const, nodes: [] },
    ],
  };
  expect(checkRule(root, null)).toEqual([
    expect.objectContaining({ path: 'nodes.1', rule: 'EMPTY_GROUP' }),
  ]);
});

test('limits of the API are told before it is asked', () => {
  const many: RuleNode = { op: 'OR', nodes: Array.from({ length: 51 }, () => ONE) };
  expect(checkRule(readRule(many), null)).toEqual([
    expect.objectContaining({ rule: 'TOO_MANY', params: { limit: 50 } }),
  ]);
  let deep: RuleNode = ONE;
  for (let level = 0; level < 5; level += 1) deep = { op: 'AND', nodes: [ONE, deep] };
  expect(checkRule(readRule(deep), null)).toEqual([expect.objectContaining({ rule: 'TOO_DEEP' })]);
});

test('names that are gone or disabled, and types that changed, are told', () => {
  const field = { id: 'p', label: 'x', type: 'NUMBER' as const };
  const catalogue = {
    ...EMPTY_CATALOGUE,
    tags: [
      { ...field, name: 'off', enabled: false },
      { ...field, name: 'number', enabled: true },
    ],
  };
  const rules = ['gone', 'off', 'number'].map((name) =>
    checkRule(readRule({ op: 'TAG', name, test: { test: 'IN', values: ['a'] } }), catalogue).map(
      ({ rule }) => rule,
    ),
  );
  expect(rules).toEqual([['UNKNOWN_NAME'], ['DISABLED_NAME', 'TYPE_CHANGED'], ['TYPE_CHANGED']]);
});

test('a problem is shown at its own node only', () => {
  const problem = (path: string) => ({ path, rule: 'REQUIRED', message: '', params: {} });
  const problems = [
    problem('nodes.0.test.values'),
    problem('nodes.0.where.nodes.1.test'),
    problem('nodes.0.steps.1.event'),
  ];
  expect(problemsAt(problems, 'nodes.0')).toEqual([problems[0]]);
  expect(problemsAt(problems, 'nodes.0.where.nodes.1')).toEqual([problems[1]]);
  expect(problemsAt(problems, 'nodes.0.steps.1')).toEqual([problems[2]]);
  expect(problemsAt(problems, '')).toEqual([]);
});

test('another operator keeps what fits it', () => {
  const old = { test: 'IN' as const, values: ['a', 'b'] };
  expect(withWord('NOT_IN_ALL', old).values).toEqual(['a', 'b']);
  expect(withWord('CONTAINS', old).values).toEqual(['a']);
  expect(withWord('BETWEEN', { test: 'GE', values: [3] }).values).toEqual([3, null]);
  expect(withWord('IS_NULL', old)).toEqual({ test: 'IS_NULL' });
  for (const words of Object.values(TESTS_OF))
    for (const word of words) expect(withWord(word).test).toBe(word);
});
