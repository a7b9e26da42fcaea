import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';
import { renderAt } from '@/app/testing/renderAt';
import { createWorld } from '@/shared/testing/world';

const idOf = (key: string) => `tsk_01jd3v${key.padEnd(20, '0')}`;

test('the overview’s numbers add up and the funnel has a table twin', async () => {
  renderAt(`/tasks/${idOf('done')}`, createWorld().root);
  expect(await screen.findByRole('heading', { level: 1, name: '老客召回-秋季' })).toBeVisible();
  expect(await screen.findByTestId('sum')).toHaveTextContent(
    '280 = 发送成功 255 + 发送失败 15 + 未发送 8 + 待确认 2',
  );
  const funnel = screen.getByRole('table', { name: '发送漏斗' });
  expect(within(funnel).getByRole('row', { name: /请求发送/ })).toHaveTextContent('27297.1%');
  expect(document.title).toBe('老客召回-秋季 · Tidings');
});

test('a reason leads to the recipients it concerns', async () => {
  const router = renderAt(`/tasks/${idOf('done')}`, createWorld().root);
  const user = userEvent.setup();
  await user.click(await screen.findByRole('button', { name: '查看 15 个用户：43101' }));
  expect(await screen.findByText('共 15 个用户')).toBeVisible();
  expect(router.state.location.searchStr).toBe('?tab=recipients&outcome=FAILED&reason=43101');
});

test('a recipient’s details show the content and explain the code', async () => {
  renderAt(`/tasks/${idOf('done')}?tab=recipients&outcome=FAILED`, createWorld().root);
  const user = userEvent.setup();
  const [first] = await screen.findAllByLabelText(/的发送详情/); // by role jsdom reads the styles of all cells
  if (first) await user.click(first);
  const drawer = await screen.findByRole('dialog', { name: '发送详情' });
  expect(drawer).toHaveTextContent('用户拒绝接收，或授权已用完');
  expect(drawer).toHaveTextContent('errcode 43101');
  expect(drawer).toHaveTextContent('小明，点击进入会场');
});

test('sending again to unconfirmed people warns that they may get it twice', async () => {
  const world = createWorld();
  const resend = vi.fn(world.root.resend as (args: unknown) => unknown);
  renderAt(`/tasks/${idOf('done')}?tab=recipients`, { ...world.root, resend });
  const user = userEvent.setup();
  await user.click(await screen.findByRole('button', { name: '重新发送' }));
  const dialog = await screen.findByRole('dialog', { name: '重新发送' });
  expect(dialog).not.toHaveTextContent('可能收到两次');
  expect(dialog).toHaveTextContent('未发送：2 人'); // not the six that are there twice
  await user.click(within(dialog).getByRole('checkbox', { name: '待确认：2 人' }));
  expect(dialog).toHaveTextContent('可能收到两次');
  await user.click(within(dialog).getByRole('button', { name: '重新发送（至多 17 人）' }));
  await screen.findByText('已新建执行，正在发送');
  expect(resend.mock.calls[0]?.[0]).toMatchObject({
    input: { taskId: idOf('done'), statusIn: ['FAILED', 'UNCONFIRMED'] },
  });
});

test('the export has the rows of the view', async () => {
  renderAt(`/tasks/${idOf('done')}?tab=recipients&outcome=FAILED`, createWorld().root);
  expect(await screen.findByRole('link', { name: '导出 CSV' })).toHaveAttribute(
    'href',
    `/export/deliveries?task=${idOf('done')}&status=FAILED&project=prj_demo&locale=zh-CN`,
  );
});

test('why a task was rejected stands on its page', async () => {
  renderAt(`/tasks/${idOf('reject')}`, createWorld().root);
  const alert = await screen.findByRole('alert');
  expect(alert).toHaveTextContent('审批被 沈萍 驳回');
  expect(alert).toHaveTextContent('活动时间写错了');
});

test('why a task went wrong is said in words, with the channel’s own', async () => {
  renderAt(`/tasks/${idOf('wrong')}`, createWorld().root);
  const alert = await screen.findByRole('alert');
  expect(alert).toHaveTextContent('任务异常：消息模板不存在或已删除');
  expect(alert).toHaveTextContent('template_id 不正确');
  expect(screen.getByRole('button', { name: '重启执行' })).toBeEnabled();
});

test('an unknown or foreign task says so', async () => {
  renderAt('/tasks/tsk_unknown', createWorld().root);
  expect(await screen.findByText('内容不存在，或已被删除。')).toBeVisible();
});

test('a draft opens on its configuration', async () => {
  renderAt(`/tasks/${idOf('draft')}`, createWorld().root);
  expect(await screen.findByRole('tab', { name: '任务配置', selected: true })).toBeVisible();
  expect(screen.queryByRole('tab', { name: '数据分析' })).toBeNull();
  expect(screen.getByText('共 300 行：有效 270，重复 20，无效 10')).toBeVisible();
});
