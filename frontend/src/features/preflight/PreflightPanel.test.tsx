import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';
import { renderAt } from '@/app/testing/renderAt';
import { rowIn } from '@/shared/testing/rowOf';
import { createWorld } from '@/shared/testing/world';

type Json = Record<string, unknown>;
/** Pages and panels are compiled while they are awaited, on machines busy with other tests. */
const PATIENT = { timeout: 45_000 };

const DRAFT = 'tsk_01jd3vdraft000000000000000';
const PENDING = 'tsk_01jd3vpend0000000000000000';

function preflight(over: Json = {}): Json {
  return {
    __typename: 'Preflight',
    id: 'pfl_1',
    createdAt: '2026-11-22T02:00:00Z',
    updatedAt: '2026-11-22T02:00:00Z',
    status: 'DONE',
    done: 1000,
    total: 1000,
    failure: '',
    failureText: '',
    startedAt: '2026-11-22T02:00:00Z',
    endedAt: '2026-11-22T02:00:05Z',
    stale: false,
    creator: { id: 'usr_marketer', name: '马晓' },
    result: {
      candidates: 200_000,
      willSend: 180_000,
      steps: [
        { reason: 'NO_TARGET_ID', count: 15_000, explanation: null },
        { reason: 'MISSING_VARIABLE', count: 5000, explanation: null },
      ],
      examined: 50_000,
      rate: 200,
      seconds: 900,
      startsAt: '2026-11-23T02:00:00Z',
      segmentAt: '2026-11-22T01:00:00Z',
      samples: [
        {
          target: 'oAbc',
          content: [{ key: 'thing1', label: '活动名称', value: '双十一大促' }],
          reason: '',
        },
        { target: '', content: [], reason: 'NO_TARGET_ID' },
      ],
    },
    ...over,
  };
}

function worldWith(id: string, newest: Json | null, viewer = 'usr_marketer') {
  const world = createWorld({ viewer });
  const task = world.tasks.find((one) => one.id === id) as Json;
  task.preflight = newest;
  return { world, task };
}

test('a preflight shows the funnel to expect with reasons in words, the time it takes, and samples', async () => {
  const { world } = worldWith(DRAFT, preflight({ stale: true }));
  renderAt(`/tasks/${DRAFT}?tab=preflight`, world.root);
  const funnel = await screen.findByRole('table', { name: '预计发送漏斗' });
  expect(rowIn(funnel, /NO_TARGET_ID/)).toHaveTextContent(
    '没有该通道的目标IDNO_TARGET_ID−约 15,0007.5%',
  );
  expect(rowIn(funnel, /将会发送/)).toHaveTextContent('约 180,000');
  expect(screen.getByText('推算')).toBeVisible();
  expect(screen.getByText(/约 15 分 0 秒（通道每秒 200 条）/)).toBeVisible();
  expect(screen.getByText('双十一大促')).toBeVisible();
  expect(screen.getByText(/以下结果可能已不准确/)).toBeVisible();
});

test('approvers see the preflight of what they decide on, and may run it again', async () => {
  const { world, task } = worldWith(PENDING, null, 'usr_approver');
  const preflightTask = vi.fn(
    () =>
      Object.assign(task, {
        preflight: preflight({ status: 'RUNNING', done: 30, total: 120, result: null }),
      }).preflight,
  );
  renderAt('/approvals?open=apv_01jd3vpend0000000000000000', { ...world.root, preflightTask });
  const user = userEvent.setup();
  await user.click(await screen.findByText('开始预演', {}, PATIENT));
  expect(await screen.findByText('已检查 30 / 120 人')).toBeVisible();
  expect(preflightTask).toHaveBeenCalledOnce();
});
