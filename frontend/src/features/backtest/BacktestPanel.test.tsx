import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';
import { renderAt } from '@/app/testing/renderAt';
import { refusal } from '@/shared/testing/refusal';
import { rowIn } from '@/shared/testing/rowOf';
import { createWorld } from '@/shared/testing/world';

type Json = Record<string, unknown>;
const ID = 'tsk_01jd3vdraft000000000000000';
const AT = `/tasks/${ID}?tab=backtest`;

function backtest(over: Json = {}): Json {
  return {
    __typename: 'Backtest',
    id: 'bkt_1',
    createdAt: '2026-11-22T02:00:00Z',
    updatedAt: '2026-11-22T02:00:00Z',
    days: 30,
    status: 'DONE',
    events: '1200',
    progress: 1,
    failure: '',
    failureText: '',
    startedAt: '2026-11-22T02:00:00Z',
    endedAt: '2026-11-22T02:00:05Z',
    stale: false,
    creator: { id: 'usr_marketer', name: '马晓' },
    result: {
      days: [
        { day: '2026-11-21', fired: 6, messages: 4, people: 3, late: 1, notInAudience: 1, done: 2 },
        { day: '2026-11-22', fired: 5, messages: 5, people: 5, late: 0, notInAudience: 0, done: 0 },
      ],
      events: '1200',
      messages: 9,
      people: 7,
      waiting: 3,
      sample: [
        {
          person: { id: 'psn_1', number: '1', label: '小明' },
          doneAt: '2026-11-21T02:00:00Z',
          sentAt: '2026-11-21T02:20:00Z',
        },
        { person: null, doneAt: '2026-11-21T03:00:00Z', sentAt: '2026-11-21T03:20:00Z' },
      ],
    },
    ...over,
  };
}

function worldWith(newest: Json | null, viewer = 'usr_marketer') {
  const world = createWorld({ viewer });
  const task = world.tasks.find(({ id }) => id === ID) as Json;
  Object.assign(task, { type: 'DONE_A_NOT_B', backtest: newest });
  return { world, task };
}

test('a backtest is started over the chosen days, is seen at work, can be stopped', async () => {
  const { world, task } = worldWith(null);
  const backtestTask = vi.fn(
    ({ days }: Json) =>
      Object.assign(task, {
        backtest: backtest({ status: 'RUNNING', progress: 0.4, days, result: null }),
      }).backtest,
  );
  const cancelBacktest = vi.fn(
    () =>
      Object.assign(task, { backtest: backtest({ status: 'CANCELLED', result: null }) }).backtest,
  );
  renderAt(AT, { ...world.root, backtestTask, cancelBacktest });
  const user = userEvent.setup();
  expect(await screen.findByText(/回测不会发送任何消息/)).toBeVisible();
  await user.click(screen.getByText('近 7 天'));
  await user.click(screen.getByRole('button', { name: '开始回测' }));
  expect(await screen.findByRole('progressbar', { name: '回测进度' })).toHaveAttribute(
    'aria-valuenow',
    '40',
  );
  expect(backtestTask.mock.calls[0]?.[0]).toEqual({ id: ID, days: 7 });
  await user.click(await screen.findByRole('button', { name: '停止回测' }));
  await screen.findByText(/没有结果/);
  expect(cancelBacktest).toHaveBeenCalledOnce();
});

test('a result has totals, the days as a table, people with their times, and says when it is stale', async () => {
  const { world } = worldWith(backtest({ stale: true }));
  renderAt(AT, world.root);
  const user = userEvent.setup();
  expect(await screen.findByText(/以下结果可能已不准确/)).toBeVisible();
  const people = screen.getByRole('table', { name: '会收到消息的人' });
  const row = rowIn(people, /小明/);
  expect(row).toHaveTextContent('2026-11-21 10:00:002026-11-21 10:20:00');
  expect(within(row).getByRole('link', { name: '小明' })).toHaveAttribute('href', '/people/psn_1');
  expect(people).toHaveTextContent('用户已不存在');
  await user.click(screen.getByText('每天的数据'));
  const days = await screen.findByRole('table', { name: '每天的数据' });
  expect(rowIn(days, /2026-11-21/)).toHaveTextContent('43112');
});

test('what is missing in the trigger is said place by place; a failure in words', async () => {
  const { world } = worldWith(
    backtest({ status: 'FAILED', failure: 'SEGMENT_NOT_COMPUTED', result: null }),
  );
  const backtestTask = () => {
    throw refusal('INVALID', 'some inputs break a rule', {
      fields: [{ path: 'trigger.a.events', rule: 'REQUIRED', message: 'choose an event' }],
    });
  };
  renderAt(AT, { ...world.root, backtestTask });
  expect(await screen.findByText(/受众分群还没有计算完成/)).toBeVisible();
  const user = userEvent.setup();
  await user.click(screen.getByRole('button', { name: '重新回测' }));
  expect(await screen.findByText('事件A：未填写')).toBeVisible();
});

test('who may not edit the task sees the result and starts nothing', async () => {
  const { world } = worldWith(backtest(), 'usr_approver');
  renderAt(AT, world.root);
  expect(await screen.findByRole('table', { name: '会收到消息的人' })).toBeVisible();
  expect(screen.queryByRole('button', { name: '重新回测' })).toBeNull();
});

test('who may not see people is told so, and not that everybody is gone', async () => {
  const { world } = worldWith(backtest({}), 'usr_approver');
  const at = '2026-11-21T02:00:00Z';
  const nobody = { person: null, doneAt: at, sentAt: '2026-11-21T02:20:00Z' };
  const task = world.tasks.find(({ id }) => id === ID) as { backtest: { result: Json } };
  task.backtest.result.sample = [nobody, nobody];
  const me = world.root.me as () => Json;
  const without = () => {
    const answer = me();
    const permissions = (answer.permissions as string[]).filter((one) => one !== 'segment.view');
    return { ...answer, permissions };
  };
  renderAt(AT, { ...world.root, me: without });
  const people = await screen.findByRole('table', { name: '会收到消息的人' });
  expect(within(people).getAllByText('无权查看')).toHaveLength(2);
  expect(screen.getByText(/没有查看用户的权限/)).toBeVisible();
  expect(people).not.toHaveTextContent('用户已不存在');
});
