import { fireEvent, screen, within } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { renderAt } from '@/app/testing/renderAt';
import { refusal } from '@/shared/testing/refusal';
import { createWorld } from '@/shared/testing/world';

/** By its text: asking jsdom for rows by name works out the styles of every cell of the table. */
async function rowOf(text: string): Promise<HTMLElement> {
  const row = (await screen.findByText(text)).closest('tr');
  if (!row) throw new Error(`${text} stands in no row`);
  return row;
}

test('filters stand in the address', async () => {
  const world = createWorld();
  const campaigns = vi.fn(world.root.campaigns as (args: unknown) => unknown);
  const router = renderAt('/campaigns?group=cgr_holiday', { ...world.root, campaigns });
  expect(await rowOf('双十一')).toBeVisible();
  expect(campaigns.mock.calls[0]?.[0]).toMatchObject({ where: { groupID: 'cgr_holiday' } });
  fireEvent.change(screen.getByLabelText('活动名称'), { target: { value: '双十二' } });
  fireEvent.click(screen.getByRole('button', { name: '搜索' }));
  await vi.waitFor(() =>
    expect(router.state.location.search).toEqual({ q: '双十二', group: 'cgr_holiday' }),
  );
});

test('a name that is taken is said at the name', async () => {
  const world = createWorld();
  const createCampaign = () => {
    throw refusal('CONFLICT', 'taken', {
      reason: 'NAME_TAKEN',
      fields: [{ path: 'name', rule: 'NAME_TAKEN', message: 'taken' }],
    });
  };
  renderAt('/campaigns', { ...world.root, createCampaign });
  fireEvent.click(await screen.findByRole('button', { name: '新建活动' }));
  const dialog = await screen.findByRole('dialog', { name: '新建活动' });
  fireEvent.change(within(dialog).getByLabelText('活动名称'), { target: { value: '双十一' } });
  fireEvent.mouseDown(within(dialog).getByLabelText('活动分组'));
  fireEvent.click(await screen.findByTitle('节日活动'));
  fireEvent.click(within(dialog).getByRole('button', { name: '保存' }));
  expect(await within(dialog).findByText('已有同名活动或分组')).toBeInTheDocument();
});

test('a campaign with tasks cannot be deleted', async () => {
  renderAt('/campaigns', createWorld().root);
  const row = await rowOf('双十一');
  expect(within(row).getByRole('button', { name: '删除' })).toBeDisabled();
});
