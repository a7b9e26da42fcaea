import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { renderAt } from '@/app/testing/renderAt';
import { rowIn } from '@/shared/testing/rowOf';
import { createWorld, progressOf, type World } from '@/shared/testing/world';

type Json = Record<string, unknown>;
const ID = 'tsk_01jd3vlive0000000000000000';

/** The first page of a file is compiled while it is awaited, on machines busy with other tests. */
const PATIENT = { timeout: 45_000 };

function run(task: Json, key: string, plannedAt: string, rest: Json = {}): Json {
  return {
    __typename: 'Run',
    id: `run_${key}`,
    createdAt: plannedAt,
    updatedAt: plannedAt,
    taskID: ID,
    kind: 'SCHEDULED',
    plannedAt,
    status: 'DONE',
    refreshStartedAt: null,
    refreshEndedAt: null,
    refreshResult: '',
    audienceSize: 0,
    failure: '',
    failureText: '',
    startedAt: null,
    endedAt: null,
    task: () => task,
    progress: progressOf({}),
    ...rest,
  };
}

/** Makes the running task of a world one that runs at the points of a cycle. */
function repeating(world: World, over: Json = {}) {
  const task = world.tasks.find(({ id }) => id === ID) as Json;
  const runs = [
    run(task, 'next', '2026-11-25T02:00:00Z', { status: 'WAITING' }),
    run(task, 'paused', '2026-11-24T02:00:00Z', { status: 'SKIPPED', failure: 'PAUSED' }),
    run(task, 'failed', '2026-11-23T02:00:00Z', {
      status: 'FAILED',
      failure: 'SEGMENT_NOT_COMPUTED',
      refreshStartedAt: '2026-11-23T01:45:00Z',
      refreshEndedAt: '2026-11-23T01:46:00Z',
      refreshResult: 'FAILED',
    }),
    run(task, 'done', '2026-11-22T02:00:00Z', {
      audienceSize: 100,
      startedAt: '2026-11-22T02:00:00Z',
      endedAt: '2026-11-22T02:01:00Z',
      progress: progressOf({ sent: 90, codes: { 43101: 6 }, reasons: { DUPLICATE: 4 } }),
    }),
  ];
  Object.assign(task, {
    type: 'REPEAT',
    reachAt: null,
    startsAt: '2026-11-22T00:00:00Z',
    endsAt: '2026-12-31T00:00:00Z',
    comingPoints: ['2026-11-25T02:00:00Z', '2026-11-26T02:00:00Z'],
    runs: ({ where }: { where?: { statusIn?: string[]; statusNotIn?: string[] } }) => {
      const nodes = runs.filter(
        ({ status }) =>
          (where?.statusIn?.includes(String(status)) ?? true) &&
          !where?.statusNotIn?.includes(String(status)),
      );
      return {
        totalCount: nodes.length,
        pageInfo: {
          hasNextPage: false,
          hasPreviousPage: false,
          startCursor: null,
          endCursor: null,
        },
        edges: nodes.map((node) => ({ cursor: node.id, node })),
      };
    },
    progress: progressOf({ sent: 190, codes: { 43101: 6 }, reasons: { DUPLICATE: 4 } }),
    ...over,
  });
  return world;
}

test('R57 §1.5 the records of a repeating task say how each point went, and what comes next', async () => {
  const router = renderAt(`/tasks/${ID}`, repeating(createWorld()).root);
  const records = await screen.findByRole('table', { name: '执行记录' }, PATIENT);
  expect(rowIn(records, /run_paused/)).toHaveTextContent('已跳过任务暂停期间经过');
  const failed = rowIn(records, /run_failed/);
  expect(failed).toHaveTextContent('失败分群还没有计算完成');
  expect(failed).toHaveTextContent('刷新失败');
  // Audience, planned (all but "not sent"), sent, failed, not sent.
  expect(rowIn(records, /run_done/)).toHaveTextContent('100969064');
  expect(await screen.findByText(/下一次：2026-11-25 10:00/)).toBeVisible();

  const user = userEvent.setup();
  expect(screen.getByTestId('sum')).toHaveTextContent('200 = 发送成功 190');
  await user.click(within(records).getByLabelText('查看 2026-11-22 10:00 的发送漏斗'));
  await screen.findByText(/100 = 发送成功 90/);
  expect(router.state.location.searchStr).toBe('?tab=overview&run=run_done');
});

test('the records are filtered by the address', async () => {
  renderAt(`/tasks/${ID}?tab=overview&state=SKIPPED`, repeating(createWorld()).root);
  const records = await screen.findByRole('table', { name: '执行记录' }, PATIENT);
  expect(within(records).getAllByText(/^run_/)).toHaveLength(1);
  expect(rowIn(records, 'run_paused')).toHaveTextContent('已跳过');
});

test('pausing says what it means for the type of the task', async () => {
  renderAt(`/tasks/${ID}`, repeating(createWorld()).root);
  const user = userEvent.setup();
  await user.click(await screen.findByRole('button', { name: /暂\s*停/ }));
  expect(await screen.findByText(/暂停期间经过的时间点会被跳过/)).toBeInTheDocument();
});

test('R69 a triggered task says who waits, what each day brought, and what its end discarded', async () => {
  const world = createWorld();
  const day = (at: string, progress: Json, task: Json) => ({
    day: at,
    run: run(task, at, `${at}T00:00:00Z`, { kind: 'TRIGGERED', progress }),
    progress,
  });
  const task = world.tasks.find(({ id }) => id === ID) as Json;
  Object.assign(task, {
    type: 'DONE_A_NOT_B',
    startsAt: '2026-11-20T00:00:00Z',
    endsAt: '2026-11-23T00:00:00Z',
    endedAt: '2026-11-23T00:00:00Z',
    discarded: 7,
    status: 'ENDED',
    trigger: {
      a: {
        events: [],
        mode: 'EVERY',
        n: 1,
        from: '2026-11-20T00:00:00Z',
        to: '2026-11-22T00:00:00Z',
      },
      b: { events: [], wait: { value: 20, unit: 'MINUTE' } },
      timing: { kind: 'IMMEDIATE' },
      recheckAudience: false,
    },
    standing: {
      judging: 0,
      pending: 100_001,
      nextAt: null,
      days: [
        day('2026-11-21', progressOf({ sent: 8, reasons: { LATE: 2 } }), task),
        day('2026-11-22', progressOf({ sent: 5, reasons: { NOT_IN_AUDIENCE: 3 } }), task),
      ],
    },
  });
  renderAt(`/tasks/${ID}`, world.root);
  const user = userEvent.setup();
  expect(await screen.findByText(/结束时有 7 条等待中的消息作废/)).toBeVisible();
  expect(screen.getByText('100,000+')).toBeVisible();
  await user.click(screen.getByText('每天的数据'));
  const days = await screen.findByRole('table', { name: '每天的发送情况' });
  const [head] = within(days).getAllByRole('row');
  expect(head).toHaveTextContent('日期触发发送成功不在受众中事件晚到，未触发');
  expect(rowIn(days, /2026-11-22/)).toHaveTextContent('8530');
  expect(screen.getByRole('tab', { name: '历史回测' })).toBeVisible();
});
