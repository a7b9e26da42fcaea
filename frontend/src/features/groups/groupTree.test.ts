import { expect, test } from 'vitest';
import { chooseUnder, type Group, pathOf, toTree } from './groupTree';

const group = (id: string, parentID: string | null, topID: string, position = 0): Group => ({
  id,
  name: `组${id}`,
  parentID,
  topID,
  level: parentID === null ? 1 : 2,
  objects: parentID === null ? ['MESSAGE'] : null,
  position,
  taskCount: 0,
});
const GROUPS = [
  group('b', null, 'b', 2),
  group('a', null, 'a', 1),
  group('a2', 'a', 'a', 2),
  group('a1', 'a', 'a', 1),
  group('a11', 'a1', 'a'),
  group('b1', 'b', 'b'),
];

test('builds the tree in the order of positions', () => {
  const ids = (branches: ReturnType<typeof toTree>): unknown[] =>
    branches.map((branch) => [branch.group.id, ids(branch.children)]);
  expect(ids(toTree(GROUPS))).toEqual([
    [
      'a',
      [
        ['a1', [['a11', []]]],
        ['a2', []],
      ],
    ],
    ['b', [['b1', []]]],
  ]);
});

test('says the way down to a group', () => {
  expect(pathOf('a11', GROUPS)).toEqual(['组a', '组a1', '组a11']);
  expect(pathOf('gone', GROUPS)).toEqual([]);
});

test.each([
  ['adds a first one', 'a', 'a1', [], ['a1']],
  ['replaces the one under the same top', 'a', 'a2', ['a1', 'b1'], ['b1', 'a2']],
  ['takes one away', 'a', null, ['a1', 'b1'], ['b1']],
])('one group under each top-level group: %s', (_what, top, choice, chosen, expected) => {
  expect(chooseUnder(top, choice, chosen, GROUPS)).toEqual(expected);
});
