import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import { renderAt } from '@/app/testing/renderAt';
import { ACCOUNTS, createWorld } from '@/shared/testing/world';
import { clearExpiry, reportExpiry } from './expiry';
import { safeReturnPath } from './signInSearch';

afterEach(() => {
  clearExpiry();
  vi.unstubAllGlobals();
});

function answer(status: number, body: unknown) {
  const door = vi.fn(async (_path: string, _init: RequestInit) => Response.json(body, { status }));
  vi.stubGlobal('fetch', door);
  return door;
}

test('who is not signed in comes to the door, and back to where they were going', async () => {
  const world = createWorld({ viewer: null });
  const router = renderAt('/tasks?status=DRAFT', world.root);
  await screen.findByRole('heading', { name: '登录' });
  expect(router.state.location.search).toMatchObject({ from: '/tasks?status=DRAFT' });

  const door = answer(200, {});
  const user = userEvent.setup();
  await user.click(await screen.findByRole('button', { name: 'marketer@tidings.local' }));
  world.viewer = ACCOUNTS.find(({ id }) => id === 'usr_marketer') ?? null;
  await user.click(screen.getByRole('button', { name: '登录' }));
  expect(await screen.findByText('会员日优惠券到账通知')).toBeVisible();
  expect(JSON.parse(String(door.mock.calls[0]?.[1].body))).toEqual({
    email: 'marketer@tidings.local',
    password: 'tidings',
  });
});

test('a refusal stands at its field', async () => {
  renderAt('/sign-in', createWorld({ viewer: null }).root);
  answer(401, {
    error: {
      code: 'INVALID',
      message: 'wrong',
      fields: [{ path: 'email', rule: 'TOO_LONG', message: 'long', params: { limit: 254 } }],
    },
  });
  const user = userEvent.setup();
  await user.type(await screen.findByLabelText('邮箱'), 'a@b.cn');
  await user.type(screen.getByLabelText('密码'), 'no');
  await user.click(screen.getByRole('button', { name: '登录' }));
  await screen.findByText('内容过长，最多 254 个字符');
});

test('a wrong password does not tell which of the two is wrong', async () => {
  renderAt('/sign-in', createWorld({ viewer: null }).root);
  answer(401, { error: { code: 'UNAUTHENTICATED', reason: 'WRONG_LOGIN', message: 'wrong' } });
  const user = userEvent.setup();
  await user.type(await screen.findByLabelText('邮箱'), 'a@b.cn');
  await user.type(screen.getByLabelText('密码'), 'no');
  await user.click(screen.getByRole('button', { name: '登录' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('邮箱或密码不正确');
});

test('a lock-out says for how long and counts down', async () => {
  renderAt('/sign-in', createWorld({ viewer: null }).root);
  answer(429, { error: { code: 'LIMITED', message: 'too many', retryAfter: 42 } });
  const user = userEvent.setup();
  await user.type(await screen.findByLabelText('邮箱'), 'a@b.cn');
  await user.type(screen.getByLabelText('密码'), 'no');
  await user.click(screen.getByRole('button', { name: '登录' }));
  expect(await screen.findByRole('button', { name: /请等待 4[12] 秒/ })).toBeDisabled();
});

test('an ended session asks over the page, which keeps what was typed', async () => {
  renderAt('/tasks', createWorld().root);
  const user = userEvent.setup();
  await screen.findByText('双十一会场开场提醒');
  await user.type(screen.getByLabelText('任务'), '半句话');
  act(() => reportExpiry());
  const dialog = await screen.findByRole('dialog', { name: '请重新登录' });
  expect(within(dialog).getByLabelText('邮箱')).toHaveValue('marketer@tidings.local');
  answer(200, {});
  await user.type(within(dialog).getByLabelText('密码'), 'tidings');
  await user.click(within(dialog).getByRole('button', { name: '登录' }));
  await waitFor(() => expect(screen.queryByRole('dialog', { name: '请重新登录' })).toBeNull());
  expect(screen.getByLabelText('任务')).toHaveValue('半句话');
});

test.each([
  ['/tasks?status=DRAFT', '/tasks?status=DRAFT'],
  ['https://elsewhere.example', '/tasks'],
  ['//elsewhere.example', '/tasks'],
  ['/\\elsewhere.example', '/tasks'],
  ['/sign-in?from=/sign-in', '/tasks'],
  [undefined, '/tasks'],
])('after sign-in, %s leads to %s', (from, to) => {
  expect(safeReturnPath(from)).toBe(to);
});
