import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { renderAt } from '@/app/testing/renderAt';
import { createDataWorld } from '@/shared/testing/dataWorld';
import { createWorld } from '@/shared/testing/world';

test('a person is found by an ID, and the search stands in the address', async () => {
  const world = createDataWorld(createWorld().root);
  const people = vi.fn(world.root.people as (args: unknown) => unknown);
  const router = renderAt('/people', { ...world.root, people });
  expect(await screen.findByRole('link', { name: '林小满' })).toBeVisible();
  const input = screen.getByLabelText('ID 或编号');
  fireEvent.change(input, { target: { value: 'u-' } });
  fireEvent.click(screen.getByRole('button', { name: '查找' }));
  expect(await screen.findByText('请至少输入 3 个字符')).toBeInTheDocument();
  fireEvent.change(input, { target: { value: 'u-1001' } });
  fireEvent.click(screen.getByRole('button', { name: '查找' }));
  await waitFor(() => expect(router.state.location.search).toEqual({ q: 'u-1001' }));
  await waitFor(() =>
    expect(people.mock.lastCall?.[0]).toMatchObject({ search: 'u-1001', subject: 'user' }),
  );
});

test('a person shows IDs, typed values, events with their properties, and conflicts', async () => {
  renderAt('/people/psn_1', createDataWorld(createWorld().root).root);
  expect(await screen.findByRole('heading', { level: 1, name: '林小满' })).toBeVisible();
  expect(screen.getByText('u-1001')).toBeVisible();
  expect(screen.getByText('无效')).toBeVisible();
  expect(screen.getByText('骑行')).toBeVisible();
  expect(screen.getByLabelText('与声明的类型不符，规则按没有值处理')).toBeVisible();
  const bought = (await screen.findByText('购买')).closest('details');
  if (!bought) throw new Error('the event cannot be opened');
  fireEvent.click(within(bought).getByText('购买'));
  expect(within(bought).getByText('quantity')).toBeInTheDocument();
  fireEvent.click(screen.getByRole('tab', { name: '合并与冲突 (1)' }));
  expect(await screen.findByText('13900000000')).toBeInTheDocument();
});

test('values are edited by those who may import data, and only what changed is sent', async () => {
  const world = createDataWorld(createWorld().root);
  const updatePerson = vi.fn(({ id }: Record<string, unknown>) => ({
    ...world.people.find((person) => person.id === id),
  }));
  renderAt('/people/psn_1', { ...world.root, updatePerson });
  fireEvent.click(await screen.findByRole('button', { name: '编辑属性' }));
  const dialog = await screen.findByRole('dialog');
  fireEvent.change(within(dialog).getByLabelText('城市'), { target: { value: '杭州' } });
  fireEvent.click(within(dialog).getByRole('button', { name: '清除会员' }));
  fireEvent.click(within(dialog).getByRole('button', { name: '保存' }));
  await waitFor(() =>
    expect(updatePerson.mock.calls[0]?.[0]).toMatchObject({
      id: 'psn_1',
      attributes: { city: '杭州', vip: null },
    }),
  );
});

test('who may only look cannot edit', async () => {
  renderAt('/people/psn_1', createDataWorld(createWorld().root, ['segment.view']).root);
  await screen.findByText('u-1001');
  expect(screen.queryByRole('button', { name: '编辑属性' })).toBeNull();
});
