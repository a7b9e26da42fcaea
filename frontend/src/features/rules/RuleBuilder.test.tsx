import { fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { App as AntApp, ConfigProvider } from 'antd';
import { useState } from 'react';
import { Provider } from 'urql';
import { expect, test, vi } from 'vitest';
import { schemaClient } from '@/shared/testing/schemaClient';
import { createWorld } from '@/shared/testing/world';
import type { RuleProblem } from './checkRule';
import { RuleBuilder } from './RuleBuilder';
import { EMPTY_RULE, readRule } from './ruleTree';
import type { Join } from './ruleTypes';

interface SetUp {
  start?: Join;
  problems?: RuleProblem[];
  isStrict?: boolean;
}

/** The builder over the world's catalogue; gives the newest rule. */
function setUp({ start = EMPTY_RULE, problems = [], isStrict = false }: SetUp = {}) {
  const onChange = vi.fn<(rule: Join) => void>();
  function Host() {
    const [rule, setRule] = useState(start);
    return (
      <RuleBuilder
        value={rule}
        onChange={(next) => {
          onChange(next);
          setRule(next);
        }}
        problems={problems}
        isStrict={isStrict}
      />
    );
  }
  render(
    <Provider value={schemaClient(createWorld().root)}>
      <ConfigProvider button={{ autoInsertSpace: false }}>
        <AntApp>
          <Host />
        </AntApp>
      </ConfigProvider>
    </Provider>,
  );
  return { newest: () => onChange.mock.lastCall?.[0] };
}

async function choose(combobox: HTMLElement, option: string) {
  fireEvent.mouseDown(combobox);
  const options = await screen.findAllByText(option);
  fireEvent.click(options.at(-1) as HTMLElement);
}

async function openPicker(kind?: string) {
  fireEvent.click((await screen.findAllByRole('button', { name: '添加条件' }))[0] as HTMLElement);
  const dialog = await screen.findByRole('dialog');
  if (kind) fireEvent.click(within(dialog).getByRole('menuitem', { name: kind }));
  return dialog;
}

test('R24 an attribute is picked by its display name, and its values are typed', async () => {
  const { newest } = setUp();
  const dialog = await openPicker();
  expect(within(dialog).queryByText('停用的属性')).not.toBeInTheDocument();
  fireEvent.change(within(dialog).getByRole('searchbox'), { target: { value: 'cit' } });
  expect(within(dialog).queryByText('年龄')).not.toBeInTheDocument();
  fireEvent.click(within(dialog).getByRole('button', { name: /城市/ }));
  const row = await screen.findByRole('group', { name: '条件 1.1' });
  const value = within(row).getByRole('combobox', { name: '值' });
  fireEvent.change(value, { target: { value: '临江' } });
  fireEvent.keyDown(value, { key: 'Enter' });
  expect(newest()).toEqual({
    op: 'AND',
    nodes: [
      {
        op: 'AND',
        nodes: [{ op: 'ATTRIBUTE', name: 'city', test: { test: 'IN', values: ['临江'] } }],
      },
    ],
  });
  expect(screen.getByTestId('sentence')).toHaveTextContent('用户属性“城市”等于“临江”');
});

test('only operators that the type allows are offered', async () => {
  setUp({
    start: readRule({ op: 'ATTRIBUTE', name: 'age', test: { test: 'GE', values: [18] } }),
  });
  const row = await screen.findByRole('group', { name: '条件 1.1' });
  fireEvent.mouseDown(within(row).getByRole('combobox', { name: '运算符' }));
  const list = (await screen.findAllByText('在…之间'))[0]?.closest('.ant-select-dropdown');
  const offered = [...(list?.querySelectorAll('.ant-select-item-option-content') ?? [])].map(
    (option) => option.textContent,
  );
  expect(offered).toEqual([
    '等于',
    '不等于',
    '大于',
    '大于等于',
    '小于',
    '小于等于',
    '在…之间',
    '没有值',
    '有值',
  ]);
});

test('R24 what did not happen has no measure', async () => {
  const { newest } = setUp({
    start: readRule({
      op: 'EVENT',
      event: 'purchase',
      did: true,
      measure: { of: 'SUM', name: 'amount' },
      compare: { test: 'GT', values: [200] },
    }),
  });
  const row = await screen.findByRole('group', { name: '条件 1.1' });
  expect(within(row).getByRole('combobox', { name: '统计的属性' })).toBeInTheDocument();
  await choose(within(row).getByRole('combobox', { name: '做过或没做过' }), '没有做过');
  await waitFor(() =>
    expect(newest()?.nodes[0]).toMatchObject({
      nodes: [{ op: 'EVENT', event: 'purchase', did: false }],
    }),
  );
  expect(JSON.stringify(newest())).not.toMatch(/measure|compare/);
});

test('a group that is excluded says so in the sentence', async () => {
  const { newest } = setUp({
    start: readRule({ op: 'TAG', name: 'lost', test: { test: 'IS_FALSE' } }),
  });
  fireEvent.click(await screen.findByRole('button', { name: '复制条件组 1' }));
  await choose(screen.getByRole('combobox', { name: '与上方的关系 2' }), '排除');
  await waitFor(() => expect(newest()?.op).toBe('EXCLUDE'));
  expect(screen.getByTestId('sentence')).toHaveTextContent(
    '标签“流失”为“否”，但排除 标签“流失”为“否”',
  );
  fireEvent.click(screen.getByRole('button', { name: '删除条件组 1' }));
  expect(newest()?.nodes).toHaveLength(1);
});

test('a sequence has two to five steps', async () => {
  const { newest } = setUp();
  const dialog = await openPicker('行为序列');
  fireEvent.click(within(dialog).getByRole('button', { name: /浏览商品/ }));
  const row = await screen.findByRole('group', { name: '条件 1.1' });
  const add = within(row).getByRole('button', { name: '添加一步' });
  for (let step = 3; step <= 5; step += 1) fireEvent.click(add);
  expect(add).toBeDisabled();
  fireEvent.click(within(row).getByRole('button', { name: '删除第 2 步' }));
  expect(newest()?.nodes[0]).toMatchObject({
    nodes: [{ op: 'SEQUENCE', steps: [{ event: 'view' }, {}, {}, {}] }],
  });
});

test('what the server refused stands at its node; what is missing only after a try', async () => {
  const start = readRule({
    op: 'EVENT',
    event: 'purchase',
    did: true,
    where: {
      op: 'AND',
      nodes: [{ op: 'PROPERTY', name: 'order_id', test: { test: 'MATCHES', values: ['('] } }],
    },
  });
  const path = 'nodes.0.nodes.0.where.nodes.0.test.values.0';
  setUp({ start, problems: [{ path, rule: 'PATTERN', message: 'x', params: {} }] });
  const filter = await screen.findByRole('group', { name: '筛选 1' });
  expect(within(filter).getByRole('alert')).toHaveTextContent('正则表达式写法有误');
});

test.each([
  [false, '还有 1 处没有填完', 0],
  [true, '还有 1 处没有填完', 1],
])('strict %s: an open value counts as unfinished', async (isStrict, said, alerts) => {
  setUp({
    start: readRule({ op: 'TAG', name: 'interests', test: { test: 'ANY_OF', values: [] } }),
    isStrict,
  });
  expect(await screen.findByText(said)).toBeInTheDocument();
  expect(screen.queryAllByRole('alert')).toHaveLength(alerts);
});
