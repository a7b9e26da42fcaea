import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { renderAt } from '@/app/testing/renderAt';
import { createDataWorld } from '@/shared/testing/dataWorld';
import { rowOf } from '@/shared/testing/rowOf';
import { createWorld } from '@/shared/testing/world';

test('the catalogue shows how often an event comes, and switches it off', async () => {
  const world = createDataWorld(createWorld().root);
  const eventTypes = vi.fn(world.root.eventTypes as (args: unknown) => unknown);
  renderAt('/data/events?q=购买&enabled=yes', { ...world.root, eventTypes });
  const row = await rowOf('购买');
  expect(within(row).getByText('435')).toBeVisible();
  expect(
    within(row).getByRole('img', { name: /近 30 天共 435 次，最多的一天是 2026-11-30，29 次/ }),
  ).toBeVisible();
  expect(eventTypes.mock.calls[0]?.[0]).toMatchObject({
    where: {
      or: [{ nameContainsFold: '购买' }, { displayNameContainsFold: '购买' }],
      enabled: true,
    },
  });
  fireEvent.click(within(row).getByRole('switch'));
  await waitFor(() => expect(world.events[0]?.enabled).toBe(false));
});

test('an event shows its properties with type conflicts', async () => {
  renderAt('/data/events/evt_purchase', createDataWorld(createWorld().root).root);
  const row = await rowOf('金额');
  expect(within(row).getByText('数字')).toBeVisible();
  expect(within(row).getByText('3')).toBeVisible();
  fireEvent.click(within(row).getByRole('button', { name: '编辑“金额”' }));
  const dialog = await screen.findByRole('dialog');
  fireEvent.mouseDown(within(dialog).getByLabelText('类型'));
  fireEvent.click(await screen.findByTitle('文本'));
  expect(await within(dialog).findByText(/已经存储的取值不会改变/)).toBeInTheDocument();
});
