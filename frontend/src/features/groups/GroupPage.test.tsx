import { fireEvent, screen, within } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { renderAt } from '@/app/testing/renderAt';
import { createWorld } from '@/shared/testing/world';

/** By its text: asking jsdom for rows by name works out the styles of every cell of the table. */
async function rowOf(text: string): Promise<HTMLElement> {
  const row = (await screen.findByText(text)).closest('tr');
  if (!row) throw new Error(`${text} stands in no row`);
  return row;
}

test('R18: a group with tasks cannot be deleted; below it another can be made', async () => {
  const world = createWorld({ viewer: 'usr_admin' });
  const create = vi.fn(({ name, parentId }: { name: string; parentId: string }) => ({
    id: 'grp_new',
    name,
    parentID: parentId,
    topID: 'grp_dept',
    level: 3,
    objects: null,
    position: 0,
    taskCount: 0,
  }));
  renderAt('/groups', { ...world.root, createTaskGroup: create });
  const row = await rowOf('用户运营');
  expect(within(row).getByText('删除').closest('button')).toBeDisabled();
  fireEvent.click(within(row).getByText('新建子分组'));
  await screen.findByText('在“用户运营”下新建子分组');
  fireEvent.change(screen.getByLabelText('分组名称'), { target: { value: '大促' } });
  fireEvent.click(screen.getByText('保存'));
  expect(await screen.findByText('分组已创建')).toBeInTheDocument();
  expect(create.mock.calls[0]?.[0]).toMatchObject({ name: '大促', parentId: 'grp_ops' });
});

test('R17: who is no administrator is told so', async () => {
  renderAt('/groups', createWorld().root);
  expect(await screen.findByText(/只有项目管理员和集团管理员/)).toBeVisible();
  expect(screen.queryByRole('button', { name: '新建一级分组' })).toBeNull();
});
