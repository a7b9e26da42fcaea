import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { renderAt } from '@/app/testing/renderAt';
import { refusal } from '@/shared/testing/refusal';
import { rowOf } from '@/shared/testing/rowOf';
import { createWorld } from '@/shared/testing/world';

test('the list says size, state and rule in words; a failure says why', async () => {
  renderAt('/segments', createWorld().root);
  const row = await rowOf('北京老客');
  expect(within(row).getByText('3,620')).toBeVisible();
  expect(
    await within(row).findByText('用户属性“城市”等于“北京”，但排除 标签“流失”为“是”'),
  ).toBeVisible();
  const failed = await rowOf('近期下单');
  expect(within(failed).getByText('每天 05:30')).toBeVisible();
  expect(within(failed).getByText(/计算超时.*仍可使用/)).toBeVisible();
});

test('filters stand in the address', async () => {
  const router = renderAt('/segments?status=FAILED', createWorld().root);
  expect(await screen.findByText('近期下单')).toBeVisible();
  expect(screen.queryByText('北京老客')).not.toBeInTheDocument();
  fireEvent.click(screen.getByRole('checkbox', { name: '只看我创建的' }));
  fireEvent.click(screen.getByRole('button', { name: '搜索' }));
  await waitFor(() =>
    expect(router.state.location.search).toEqual({ status: 'FAILED', mine: 'yes' }),
  );
});

test('what may not be deleted says why', async () => {
  const world = createWorld();
  world.root.deleteSegment = () => {
    throw refusal('CONFLICT', 'x', { reason: 'SEGMENT_IN_USE' });
  };
  renderAt('/segments', world.root);
  fireEvent.click(await screen.findByRole('button', { name: '删除“北京老客”' }));
  const dialog = await screen.findByRole('dialog');
  fireEvent.click(within(dialog).getByRole('button', { name: '删除' }));
  const said = await screen.findAllByText('有任务或其他分群正在使用这个分群。');
  expect(said.length).toBeGreaterThan(0);
});

test('who may only view sees no actions', async () => {
  renderAt('/segments', createWorld({ viewer: 'usr_viewer' }).root);
  await rowOf('北京老客');
  expect(screen.queryByRole('link', { name: /新建分群/ })).not.toBeInTheDocument();
  expect(screen.queryByRole('button', { name: /刷新“/ })).not.toBeInTheDocument();
});

test('R31 a segment for other roles is a page that says so', async () => {
  const world = createWorld();
  world.root.node = () => {
    throw refusal('FORBIDDEN', 'x', { reason: 'NO_SEGMENT_PERMISSION' });
  };
  renderAt('/segments/seg_1', world.root);
  expect(await screen.findByText('无分群权限')).toBeVisible();
});

test('the page shows members as links, history and refreshes', async () => {
  const world = createWorld();
  renderAt('/segments/seg_1', world.root);
  expect(await screen.findByRole('heading', { name: '北京老客', level: 1 })).toBeVisible();
  expect(await screen.findByRole('link', { name: '小满' })).toHaveAttribute(
    'href',
    '/people/psn_1',
  );
  fireEvent.click(screen.getByRole('button', { name: /立即刷新/ }));
  expect((await screen.findAllByText('计算中')).length).toBeGreaterThan(0);
});

test('a rule without conditions is not saved; a refusal of the rule is said', async () => {
  const world = createWorld();
  const create = vi.fn();
  world.root.createSegment = create;
  renderAt('/segments/new', world.root);
  fireEvent.change(await screen.findByLabelText('分群名称'), { target: { value: '新的' } });
  fireEvent.click(screen.getByRole('button', { name: '保存分群' }));
  expect(await screen.findByText('请至少添加一个条件')).toBeInTheDocument();
  expect(create).not.toHaveBeenCalled();
});

test('a stored segment is changed and saved with its rule', async () => {
  const world = createWorld();
  const update = vi.fn(({ id }: { id: string }) => ({
    ...(world.root.node as (args: object) => object)({ id }),
  }));
  world.root.updateSegment = update;
  const router = renderAt('/segments/seg_2/edit', world.root);
  const name = await screen.findByLabelText('分群名称');
  expect(name).toHaveValue('近期下单');
  fireEvent.change(name, { target: { value: '最近下单' } });
  fireEvent.click(screen.getByRole('button', { name: '保存分群' }));
  await waitFor(() => expect(update).toHaveBeenCalled());
  expect(update.mock.calls[0]?.[0]).toMatchObject({
    id: 'seg_2',
    input: {
      name: '最近下单',
      updateMode: 'DAILY',
      dailyAt: '05:30',
      channelId: 'chn_demo',
      rule: { op: 'AND', nodes: [{ op: 'EVENT', event: 'purchase' }] },
    },
  });
  await waitFor(() => expect(router.state.location.pathname).toBe('/segments/seg_2'));
});

test('R29 R52 administrators change the project’s settings, nobody else', async () => {
  renderAt('/settings', createWorld().root);
  expect(await screen.findByText('只有管理员可以修改项目设置。')).toBeVisible();
});

test('R52 the lead is 5 to 120 minutes', async () => {
  const world = createWorld({ viewer: 'usr_admin' });
  const update = vi.fn();
  world.root.updateProjectSettings = update;
  renderAt('/settings', world.root);
  const lead = await screen.findByLabelText('执行前刷新分群的提前量');
  fireEvent.change(lead, { target: { value: '' } });
  fireEvent.click(screen.getByRole('button', { name: '保存' }));
  expect(await screen.findByText('请输入 5–120 之间的整数')).toBeInTheDocument();
  expect(update).not.toHaveBeenCalled();
});
