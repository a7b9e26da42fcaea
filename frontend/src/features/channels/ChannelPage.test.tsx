import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { renderAt } from '@/app/testing/renderAt';
import { refusal } from '@/shared/testing/refusal';
import { createWorld } from '@/shared/testing/world';

const type = (field: HTMLElement, value: string) => fireEvent.change(field, { target: { value } });

test('a wrong AppSecret is said at its field, and nothing is saved', async () => {
  const world = createWorld({ viewer: 'usr_admin' });
  const create = vi.fn((_args: unknown) => {
    throw refusal('INVALID', 'some inputs break a rule', {
      fields: [
        { path: 'secret', rule: 'WRONG_SECRET', message: 'wrong', params: { code: '40125' } },
      ],
    });
  });
  const router = renderAt('/channels', { ...world.root, createChannel: create });
  fireEvent.click(await screen.findByRole('button', { name: '新增小程序' }));
  const drawer = await screen.findByRole('dialog');
  type(await within(drawer).findByLabelText('通道名称'), '商城');
  type(within(drawer).getByLabelText('AppID'), 'wx1234567890abcdef');
  type(within(drawer).getByLabelText('AppSecret'), 'wrong');
  fireEvent.click(within(drawer).getByRole('button', { name: '验证并保存' }));
  expect(
    await within(drawer).findByText('AppSecret 不正确（微信错误码 40125）'),
  ).toBeInTheDocument();
  expect(create.mock.calls[0]?.[0]).toMatchObject({
    input: { name: '商城', appId: 'wx1234567890abcdef', secret: 'wrong', qpsLimit: 50 },
  });
  expect(router.state.location.pathname).toBe('/channels');
});

test('testing the connection explains the code', async () => {
  const world = createWorld({ viewer: 'usr_admin' });
  const explanation = { code: '40164', zh: 'IP 不在白名单中', en: 'not on the list' };
  const root = {
    ...world.root,
    testChannel: () => ({
      ok: false,
      code: '40164',
      explanation,
      channel: {
        __typename: 'Channel',
        id: 'chn_demo',
        state: 'ABNORMAL',
        stateCode: '40164',
        stateText: '',
        checkedAt: null,
        explanation,
      },
    }),
  };
  renderAt('/channels/chn_demo', root);
  fireEvent.click(await screen.findByRole('button', { name: '测试连接' }));
  expect(await screen.findByText('IP 不在白名单中（40164）')).toBeInTheDocument();
});

test('a channel that tasks use stays on, and the answer says how many', async () => {
  const world = createWorld({ viewer: 'usr_admin' });
  const update = vi.fn((_args: unknown) => {
    throw refusal('CONFLICT', 'in use', {
      reason: 'CHANNEL_IN_USE',
      fields: [{ path: 'enabled', rule: 'CHANNEL_IN_USE', message: 'x', params: { count: 2 } }],
    });
  });
  renderAt('/channels/chn_demo', { ...world.root, updateChannel: update });
  fireEvent.click(await screen.findByRole('switch', { name: '启用' }));
  expect(await screen.findByText('有 2 个任务使用该通道，不能停用或删除')).toBeInTheDocument();
  expect(update.mock.calls[0]?.[0]).toMatchObject({ id: 'chn_demo', input: { enabled: false } });
});

test('R82: synchronising counts what changed', async () => {
  const world = createWorld({ viewer: 'usr_admin' });
  const sync = vi.fn(() => ({
    added: 3,
    changed: 1,
    removed: 2,
    channel: {
      __typename: 'Channel',
      id: 'chn_demo',
      state: 'READY',
      stateCode: '',
      stateText: '',
    },
  }));
  renderAt('/channels/chn_demo', { ...world.root, syncTemplates: sync });
  expect(await screen.findByText('活动开始提醒')).toBeVisible();
  fireEvent.click(screen.getByRole('button', { name: '从微信同步' }));
  expect(await screen.findByText('新增 3 个，变更 1 个，移除 2 个')).toBeVisible();
});

test('who may not manage channels sees no way to change one', async () => {
  renderAt('/channels/chn_demo', createWorld().root);
  await waitFor(() => expect(screen.getByRole('switch', { name: '启用' })).toBeDisabled());
  expect(screen.queryByRole('button', { name: '测试连接' })).toBeNull();
  expect(screen.queryByRole('button', { name: '从微信同步' })).toBeNull();
});
