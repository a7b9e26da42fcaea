import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';
import { renderAt } from '@/app/testing/renderAt';
import { createWorld } from '@/shared/testing/world';

const idOf = (key: string) => `apv_01jd3v${key.padEnd(20, '0')}`;
const approver = () => createWorld({ viewer: 'usr_approver' });

test('an approver sees what waits, with everything it is about', async () => {
  renderAt('/approvals', approver().root);
  const user = userEvent.setup();
  const list = await screen.findByRole('navigation', { name: '待我审批' });
  await user.click(await within(list).findByRole('button', { name: /预售尾款支付提醒/ }));
  const panel = await screen.findByRole('region', { name: '预售尾款支付提醒' });
  expect(panel).toHaveTextContent('有效 270，重复 20，无效 10');
  expect(within(panel).getByRole('region', { name: '消息预览' })).toHaveTextContent('双十一大促');
  expect(within(list).queryByRole('button', { name: /审批人自己的任务/ })).toBeNull();
});

test('approving says so and empties the inbox', async () => {
  renderAt(`/approvals?open=${idOf('pend')}`, approver().root);
  const user = userEvent.setup();
  await user.click(await screen.findByRole('button', { name: '通过' }));
  await screen.findByText('已通过“预售尾款支付提醒”');
});

test('rejecting needs a reason', async () => {
  const world = approver();
  const reject = vi.fn(world.root.reject as (args: unknown) => unknown);
  renderAt(`/approvals?open=${idOf('pend')}`, { ...world.root, reject });
  const user = userEvent.setup();
  await user.click(await screen.findByRole('button', { name: '驳回' }));
  await screen.findByText('请填写驳回原因');
  expect(reject).not.toHaveBeenCalled();
  await user.type(screen.getByLabelText('审批意见'), '时间写错了');
  await user.click(screen.getByRole('button', { name: '驳回' }));
  await screen.findByText('已驳回“预售尾款支付提醒”');
  expect(reject.mock.calls[0]?.[0]).toMatchObject({ comment: '时间写错了' });
});

test('one’s own task shows why one cannot decide it', async () => {
  renderAt(`/approvals?tab=mine&open=${idOf('mine')}`, approver().root);
  expect(await screen.findByText(/不能审批自己提交的任务/)).toBeVisible();
  expect(screen.queryByRole('button', { name: '通过' })).toBeNull();
});

test('a marketer sees their own submissions and can remind', async () => {
  renderAt(`/approvals?open=${idOf('pend')}`, createWorld().root);
  expect(await screen.findByRole('tab', { name: '我发起的', selected: true })).toBeVisible();
  expect(screen.queryByRole('tab', { name: '待我审批' })).toBeNull();
  const user = userEvent.setup();
  await user.click(await screen.findByRole('button', { name: '催审' }));
  await screen.findByText('已提醒审批人');
});

test('the menu counts what waits', async () => {
  renderAt('/approvals', approver().root);
  expect(await screen.findByTitle('1 条待审批')).toBeVisible();
});
