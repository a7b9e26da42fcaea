import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { renderAt } from '@/app/testing/renderAt';
import { refusal } from '@/shared/testing/refusal';
import { createWorld, type World } from '@/shared/testing/world';
import type { TaskInput } from './taskForm';

type Stored = { id: string; version: number; name: string };
type Create = (args: { input: TaskInput }) => Stored;
type Save = (args: { id: string; version: number; input: TaskInput }) => Stored;

const UPLOAD = {
  id: 'upl_1',
  fileName: '名单.csv',
  bytes: '900',
  channelID: 'chn_demo',
  status: 'READY',
  total: 300,
  valid: 270,
  duplicate: 20,
  invalid: 10,
  resolved: 270,
  failure: '',
  createdAt: '2026-11-20T00:00:00Z',
  badLines: [{ line: 3, value: 'bad', rule: 'INVALID_ID' }],
};

/** The world, with a server that keeps drafts. */
function setUp(viewer = 'usr_marketer') {
  const world = createWorld({ viewer });
  const at = { updatedAt: '2026-11-22T02:00:00Z' };
  const create = vi.fn<Create>(({ input }) => ({
    id: 'tsk_new',
    version: 1,
    name: input.name ?? '',
    ...at,
  }));
  const save = vi.fn<Save>(({ id, version, input }) => ({
    id,
    version: version + 1,
    name: input.name ?? '',
    ...at,
  }));
  Object.assign(world.root, { createTask: create, updateTask: save, upload: () => UPLOAD });
  return { world, create, save };
}

const draftOf = (world: World) => world.tasks.find(({ status }) => status === 'DRAFT') as Stored;
const type = (label: string, value: string) =>
  fireEvent.change(screen.getByLabelText(label), { target: { value } });

test('R13: without a name there is no next step; with one the draft saves itself, once', async () => {
  const { world, create, save } = setUp();
  const router = renderAt('/tasks/new?step=basic', world.root);
  await screen.findByLabelText('任务名称');
  expect(await screen.findByText('填写任务名称后自动保存草稿')).toBeVisible();
  fireEvent.click(screen.getByRole('button', { name: '下一步' }));
  expect(await screen.findByText('此项必填')).toBeInTheDocument();
  expect(create).not.toHaveBeenCalled();

  type('任务名称', '会员日');
  type('任务名称', '会员日提醒');
  expect(await screen.findByText(/已保存于 2026-11-22 10:00:00/)).toBeVisible();
  expect(create).toHaveBeenCalledTimes(1);
  expect(create.mock.calls[0]?.[0].input).toMatchObject({
    name: '会员日提醒',
    type: 'ONCE',
    audienceMode: 'UPLOAD',
    channelId: 'chn_demo',
    applicationId: 'app_default',
    globalLimit: true,
    resendUnconfirmed: false,
  });
  await waitFor(() => expect(router.state.location.search).toMatchObject({ draft: 'tsk_new' }));
  expect(screen.getByLabelText('任务名称')).toHaveValue('会员日提醒');

  type('任务名称', '会员日提醒二');
  await waitFor(() => expect(save).toHaveBeenCalledTimes(1));
  expect(save.mock.calls[0]?.[0]).toMatchObject({ id: 'tsk_new', version: 1 });
});

test('R13: a name that is taken is said at the name, and nothing is saved', async () => {
  const { world, create } = setUp();
  create.mockImplementation(() => {
    throw refusal('CONFLICT', 'the name is taken', {
      reason: 'NAME_TAKEN',
      fields: [{ path: 'name', rule: 'NAME_TAKEN', message: 'taken' }],
    });
  });
  renderAt('/tasks/new?step=basic', world.root);
  await screen.findByLabelText('任务名称');
  type('任务名称', '会员日');
  expect(await screen.findByText('未保存：请先改正标红的内容')).toBeVisible();
  expect(screen.getAllByText('已有同名任务，请换一个名称').length).toBeGreaterThan(0);
  expect(screen.getByLabelText('任务名称')).toHaveAttribute('aria-invalid', 'true');
});

test('somebody else saved meanwhile: the author says which to keep', async () => {
  const { world, save } = setUp();
  const draft = draftOf(world);
  save.mockImplementationOnce(() => {
    throw refusal('CONFLICT', 'somebody else saved the task meanwhile', { reason: 'VERSION' });
  });
  renderAt(`/tasks/${draft.id}/edit?step=basic`, world.root);
  await screen.findByLabelText('任务名称');
  type('任务名称', '我的名字');
  const dialog = await screen.findByRole('dialog', { name: '他人修改了这个草稿' });
  fireEvent.click(await within(dialog).findByRole('button', { name: '保留我的，覆盖对方' }));
  await waitFor(() => expect(save).toHaveBeenCalledTimes(2));
  expect(save.mock.calls[1]?.[0].input.name).toBe('我的名字');
  expect(await screen.findByText(/已保存于/)).toBeVisible();
});

test('submitting shows every problem and opens the first step that has one', async () => {
  const { world } = setUp();
  const submit = vi.fn();
  const draft = draftOf(world);
  Object.assign(world.root, {
    submitTask: submit,
    checkTask: () => ({
      ok: false,
      samples: [],
      problems: [
        { path: 'content.thing1', rule: 'TOO_LONG', message: 'x', params: { limit: 20 } },
        { path: 'reachAt', rule: 'IN_THE_PAST', message: 'x', params: null },
        { path: 'approval', rule: 'NO_APPROVER', message: 'x', params: null },
      ],
    }),
  });
  const router = renderAt(`/tasks/${draft.id}/edit?step=review`, world.root);
  expect(await screen.findByText('有 3 处需要修改')).toBeVisible();
  fireEvent.click(await screen.findByRole('button', { name: /提交审批/ }));
  await waitFor(() => expect(router.state.location.search).toMatchObject({ step: 'trigger' }));
  expect(screen.getByText(/活动名称: 内容过长，最多 20 个字符/)).toBeVisible();
  expect(screen.getByText(/项目中没有其他人可以审批这个任务/)).toBeVisible();
  expect(submit).not.toHaveBeenCalled();
});

test('the review shows the first recipients’ messages, and submits', async () => {
  const { world } = setUp();
  const draft = draftOf(world);
  Object.assign(world.root, {
    checkTask: () => ({
      ok: true,
      problems: [],
      samples: [
        {
          target: 'oUser_1',
          reason: '',
          content: [{ key: 'thing1', label: '活动名称', value: '小满专享' }],
        },
        { target: 'oUser_2', reason: 'MISSING_VARIABLE', content: [] },
      ],
    }),
  });
  const router = renderAt(`/tasks/${draft.id}/edit?step=review`, world.root);
  expect(await screen.findByText('小满专享')).toBeVisible();
  expect(screen.getByText('缺少变量值，且没有默认值')).toBeVisible();
  expect(await screen.findByText(/名单.csv（有效 270 人）/)).toBeVisible();
  fireEvent.click(await screen.findByRole('button', { name: /提交审批/ }));
  await waitFor(() => expect(router.state.location.pathname).toBe(`/tasks/${draft.id}`));
});

test('R22 R43 R44: every type can be chosen; what of the audience cannot says why', async () => {
  const { world } = setUp();
  const router = renderAt('/tasks/new?step=audience', world.root);
  const all = await screen.findByRole('radio', { name: /全部用户/ });
  expect(all).toBeDisabled();
  expect(all).toHaveAccessibleDescription(/仅触发型任务/);
  expect(screen.getByRole('radio', { name: '上传分群' })).toBeChecked();
  void router.navigate({ to: '/tasks/new', search: { step: 'trigger' } });
  expect(await screen.findByLabelText('定时型-单次')).toBeChecked();
  for (const name of ['定时型-重复', '触发型-完成A', '触发型-完成A未完成B'])
    expect(screen.getByLabelText(name)).toBeEnabled();
  // R39: a list is for scheduled tasks.
  expect(screen.queryByText(/上传分群不能用于触发型任务/)).not.toBeInTheDocument();
  fireEvent.click(screen.getByLabelText('触发型-完成A'));
  fireEvent.click(await screen.findByText('前往“受众用户”'));
  const everybody = await screen.findByRole('radio', { name: /全部用户/ });
  await waitFor(() => expect(everybody).toBeEnabled());
  expect(screen.getByRole('radio', { name: /上传分群/ })).toBeDisabled();
});

test('R57 R61: half a trigger is saved as it is, and one type does not save what another has', async () => {
  const { world, create, save } = setUp();
  const router = renderAt('/tasks/new?step=basic', world.root);
  await screen.findByLabelText('任务名称');
  type('任务名称', '加购未支付');
  await waitFor(() => expect(create).toHaveBeenCalled());
  expect(create.mock.lastCall?.[0].input).toMatchObject({ cycle: null, trigger: null });
  void router.navigate({ to: '.', search: (old) => ({ ...old, step: 'trigger' }) });
  fireEvent.click(await screen.findByLabelText('触发型-完成A未完成B'));
  await waitFor(() =>
    expect(save.mock.lastCall?.[0].input).toMatchObject({
      type: 'DONE_A_NOT_B',
      cycle: null,
      trigger: { a: { events: [] }, b: { events: [], wait: { value: 20, unit: 'MINUTE' } } },
      endsAt: null,
    }),
  );
  expect(await screen.findByTestId('trigger-sentence')).toHaveTextContent(
    '当用户首次完成〔未填〕，且之后 20 分钟内没有完成〔未填〕，立即触达。',
  );
});

test('R70 R71 R72: a triggered task has a sentence where others choose how to refresh', async () => {
  const { world } = setUp();
  const draft = draftOf(world);
  Object.assign(draft, { type: 'DONE_A', audienceMode: 'RULE' });
  renderAt(`/tasks/${draft.id}/edit?step=trigger`, world.root);
  expect(await screen.findByText(/圈选的分群每天 06:00 更新/)).toBeVisible();
  expect(screen.queryByText('执行前刷新分群')).not.toBeInTheDocument();
  expect(screen.queryByText('审批通过后立即执行')).not.toBeInTheDocument();
});

test('R50 R59 R60: a repeating task chooses both', async () => {
  const { world } = setUp();
  const draft = draftOf(world);
  Object.assign(draft, { type: 'REPEAT', audienceMode: 'RULE' });
  renderAt(`/tasks/${draft.id}/edit?step=trigger`, world.root);
  expect(await screen.findByText('审批通过后立即执行')).toBeVisible();
  expect(await screen.findByText(/在每个触达时间前 15 分钟开始刷新/)).toBeVisible(); // once the abilities are read
});

test('what the server found in a trigger stands at its field, and in the list with its name', async () => {
  const { world } = setUp();
  const draft = draftOf(world);
  Object.assign(draft, {
    type: 'DONE_A',
    audienceMode: 'ALL',
    trigger: {
      a: {
        events: [{ event: 'view', where: null }],
        mode: 'EVERY',
        n: 1,
        from: '2099-03-01T00:00:00Z',
        to: '2099-03-31T00:00:00Z',
      },
      b: null,
      timing: { kind: 'DATETIME', at: '2099-04-30T00:00:00Z' },
      recheckAudience: false,
    },
  });
  Object.assign(world.root, {
    triggerPreview: () => ({ defaultEnd: null, example: null, problems: [] }),
    checkTask: () => ({
      ok: false,
      samples: [],
      problems: [
        { path: 'trigger.timing.at', rule: 'AFTER_END', message: 'x', params: null },
        { path: 'trigger.a.events.0.event', rule: 'DISABLED', message: 'x', params: null },
      ],
    }),
  });
  const router = renderAt(`/tasks/${draft.id}/edit?step=review`, world.root);
  expect(await screen.findByText(/触达时机: 晚于任务结束时间，不会发送/)).toBeVisible();
  expect(screen.getByText(/事件 A1: 已停用，请重新选择/)).toBeVisible();
  expect(
    screen.getByText('当用户每次完成“浏览商品”，在 2099-04-30 08:00 触达（已过则立即触达）。'),
  ).toBeVisible();
  void router.navigate({ to: '.', search: (old) => ({ ...old, step: 'trigger' }) });
  const event = await screen.findByLabelText('事件 A1');
  expect(within(event).getByRole('alert')).toHaveTextContent('已停用，请重新选择');
});

test('R85: where a cut would change the meaning it cannot be chosen', async () => {
  const { world } = setUp();
  renderAt(`/tasks/${draftOf(world).id}/edit?step=content`, world.root);
  const time = await screen.findByRole('group', { name: '开始时间' });
  expect(within(time).getByRole('radio', { name: '截断后发送' })).toBeDisabled();
  expect(within(time).getByText('该类型截断后含义会改变，只能选择不发送。')).toBeVisible();
  const thing = screen.getByRole('group', { name: '活动名称' });
  expect(within(thing).getByRole('radio', { name: '截断后发送' })).toBeEnabled();
  fireEvent.change(within(thing).getByRole('textbox'), { target: { value: '长'.repeat(21) } });
  expect(await within(thing).findByText('内容过长，最多 20 个字符')).toBeInTheDocument();
  expect(within(thing).getByText('21 / 20 字')).toBeVisible();
});

test('only drafts are edited, and only by who may', async () => {
  const { world } = setUp();
  const running = world.tasks.find(({ status }) => status === 'RUNNING') as Stored;
  renderAt(`/tasks/${running.id}/edit`, world.root);
  expect(await screen.findByText('任务已提交，不能再编辑')).toBeVisible();
});

test('a viewer makes no tasks', async () => {
  renderAt('/tasks/new', setUp('usr_viewer').world.root);
  expect(await screen.findByText(/您没有创建或编辑任务的权限/)).toBeVisible();
});
