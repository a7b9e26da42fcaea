import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';
import { renderAt } from '@/app/testing/renderAt';
import { refusal } from '@/shared/testing/refusal';
import { rowOf } from '@/shared/testing/rowOf';
import { createWorld } from '@/shared/testing/world';

test('lists tasks with status, counts and reach time in the project’s zone', async () => {
  renderAt('/tasks', createWorld().root);
  const running = await rowOf('双十一会场开场提醒');
  expect(within(running).getByText('运行中')).toBeVisible();
  expect(within(running).getByText('4,120')).toBeVisible();
  expect(within(running).getByText('2026-11-22 11:00')).toBeVisible();
  expect(within(running).getByText('--')).toBeVisible();
  expect(await screen.findByText('共 25 个任务')).toBeVisible();
});

test('R10: the button for a new task is there for who may create one, and only for them', async () => {
  renderAt('/tasks', createWorld().root);
  await rowOf('双十一会场开场提醒');
  expect(screen.getByRole('link', { name: '新增触达任务' })).toHaveAttribute('href', '/tasks/new');
});

test('a viewer sees neither the button nor operations', async () => {
  renderAt('/tasks', createWorld({ viewer: 'usr_viewer' }).root);
  const draft = await rowOf('会员日优惠券到账通知');
  expect(screen.queryByRole('link', { name: '新增触达任务' })).toBeNull();
  expect(within(draft).queryByRole('button')).toBeNull();
});

test('reads filters from the address and writes them back', async () => {
  const world = createWorld();
  const tasks = vi.fn(world.root.tasks as (args: unknown) => unknown);
  const router = renderAt('/tasks?status=RUNNING', { ...world.root, tasks });
  await rowOf('双十一会场开场提醒');
  expect(screen.queryByText('老客召回-秋季')).toBeNull();
  expect(tasks.mock.calls[0]?.[0]).toMatchObject({
    where: { and: [{ or: [{ runStatusIn: ['WAITING', 'RUNNING'] }] }] },
  });

  const user = userEvent.setup();
  await user.type(screen.getByLabelText('任务'), '双十一{Enter}');
  expect(router.state.location.searchStr).toBe('?q=%E5%8F%8C%E5%8D%81%E4%B8%80&status=RUNNING');
});

test('the next page stands in the address, and the way back too', async () => {
  const router = renderAt('/tasks', createWorld().root);
  await rowOf('双十一会场开场提醒');
  const user = userEvent.setup();
  await user.click(screen.getByRole('button', { name: '下一页' }));
  await rowOf('历史触达第 1 期');
  expect(router.state.location.searchStr).toMatch(/^\?after=/);
  expect(screen.getByRole('button', { name: '下一页' })).toBeDisabled();
});

test('cancelling asks, says that it cannot be undone, and shows the new status', async () => {
  renderAt('/tasks', createWorld().root);
  const running = await rowOf('双十一会场开场提醒');
  const user = userEvent.setup();
  await user.click(within(running).getByRole('button', { name: /更多操作/ }));
  await user.click(await screen.findByRole('menuitem', { name: '取消任务' }));
  const dialog = await screen.findByRole('dialog');
  expect(dialog).toHaveTextContent('取消后无法恢复');
  await user.click(within(dialog).getByRole('button', { name: '取消任务' }));
  await screen.findByText('“双十一会场开场提醒”已取消');
});

test('a refused operation is said in words', async () => {
  const root = {
    ...createWorld().root,
    urgeApproval: () => {
      throw refusal('LIMITED', 'once in 10 minutes', { retryAfter: 540 });
    },
  };
  renderAt('/tasks', root);
  const pending = await rowOf('预售尾款支付提醒');
  const user = userEvent.setup();
  await user.click(within(pending).getByRole('button', { name: /更多操作/ }));
  await user.click(await screen.findByRole('menuitem', { name: '催审' }));
  await screen.findByText('操作过于频繁，请在 540 秒后重试。');
});

test('says so when nothing matches', async () => {
  renderAt('/tasks?q=nothing-like-this', createWorld().root);
  expect(await screen.findByText('没有符合条件的任务')).toBeVisible();
});

test('offers a retry when the server fails', async () => {
  const root = {
    ...createWorld().root,
    tasks: () => {
      throw refusal('UNAVAILABLE', 'database is away');
    },
  };
  renderAt('/tasks', root);
  expect(await screen.findByText('服务暂时不可用，请稍后重试。')).toBeVisible();
  expect(screen.getByRole('button', { name: '重试' })).toBeEnabled();
});
