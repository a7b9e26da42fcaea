import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { renderAt } from '@/app/testing/renderAt';
import { createDataWorld } from '@/shared/testing/dataWorld';
import { rowOf } from '@/shared/testing/rowOf';
import { createWorld } from '@/shared/testing/world';

const TAKEN = {
  receivedAt: '2026-11-22T03:00:00Z',
  at: '2026-11-22T03:00:00Z',
  event: 'purchase',
  personId: 'psn_1',
  identity: 'user_id:u-1001',
  properties: { amount: 25.5 },
  refused: false,
  field: '',
  rule: '',
  message: '',
};
const REFUSED = {
  ...TAKEN,
  event: 'signup',
  personId: null,
  refused: true,
  field: 'timestamp',
  rule: 'IN_THE_FUTURE',
  message: 'more than a day ahead',
};

test('taken events lead to their person, refused ones say why; the filter is in the address', async () => {
  const world = createDataWorld(createWorld().root);
  world.stream.push(TAKEN, REFUSED);
  const recentEvents = vi.fn(() => world.stream);
  const router = renderAt('/data/stream', { ...world.root, recentEvents });
  const taken = await rowOf('purchase');
  expect(within(taken).getByRole('link', { name: 'user_id:u-1001' })).toHaveAttribute(
    'href',
    '/people/psn_1',
  );
  const refused = await rowOf('signup');
  expect(within(refused).getByText('时间晚于当前一天以上')).toBeVisible();
  expect(within(refused).getByText('timestamp · IN_THE_FUTURE')).toBeVisible();
  fireEvent.click(screen.getByRole('radio', { name: '被拒绝' }));
  await waitFor(() => expect(router.state.location.search).toEqual({ outcome: 'refused' }));
  await waitFor(() =>
    expect((recentEvents.mock.lastCall as unknown[] | undefined)?.[0]).toMatchObject({
      refused: true,
    }),
  );
});

test('paused it reads no more', async () => {
  const world = createDataWorld(createWorld().root);
  renderAt('/data/stream', world.root);
  fireEvent.click(await screen.findByRole('button', { name: '暂停' }));
  expect(await screen.findByText('已暂停')).toBeVisible();
  expect(screen.getByRole('button', { name: '继续' })).toHaveAttribute('aria-pressed', 'true');
});
