import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { renderAt } from '@/app/testing/renderAt';
import { createDataWorld } from '@/shared/testing/dataWorld';
import { refusal } from '@/shared/testing/refusal';
import { createWorld } from '@/shared/testing/world';
import { SNIPPETS, snippet } from './snippets';

test('a new source shows its key once, with code that uses it', async () => {
  renderAt('/data/sources', createDataWorld(createWorld().root).root);
  fireEvent.click(await screen.findByRole('button', { name: '新建事件源' }));
  const form = await screen.findByRole('dialog', { name: '新建事件源' });
  fireEvent.change(within(form).getByLabelText('名称'), { target: { value: '官网' } });
  fireEvent.click(within(form).getByRole('button', { name: '保存' }));
  const shown = await screen.findByRole('dialog', { name: '“官网”的写入密钥' });
  expect(within(shown).getByTestId('write-key')).toHaveTextContent('wk_secret_once');
  expect(
    within(shown).getByText(/@segment\/analytics-node/, { selector: 'pre' }),
  ).toHaveTextContent("writeKey: 'wk_secret_once'");
  fireEvent.click(within(shown).getByRole('button', { name: '我已保存' }));
  await waitFor(() => expect(screen.queryByText('wk_secret_once')).toBeNull());
});

test('a name that is taken is said at the name', async () => {
  const createEventSource = () => {
    throw refusal('CONFLICT', 'taken', {
      reason: 'NAME_TAKEN',
      fields: [{ path: 'name', rule: 'NAME_TAKEN', message: 'taken' }],
    });
  };
  const { root } = createDataWorld(createWorld().root);
  renderAt('/data/sources', { ...root, createEventSource });
  fireEvent.click(await screen.findByRole('button', { name: '新建事件源' }));
  const form = await screen.findByRole('dialog');
  fireEvent.change(within(form).getByLabelText('名称'), { target: { value: '小程序' } });
  fireEvent.click(within(form).getByRole('button', { name: '保存' }));
  expect(await within(form).findByText('名称已被使用')).toBeInTheDocument();
});

test('who may only look sees sources but cannot change them', async () => {
  renderAt('/data/sources', createDataWorld(createWorld().root, ['segment.view']).root);
  expect(await screen.findByRole('switch', { name: '启用“小程序”' })).toBeDisabled();
  expect(screen.queryByRole('button', { name: '新建事件源' })).toBeNull();
  expect(screen.queryByRole('button', { name: '更换密钥' })).toBeNull();
});

test.each(SNIPPETS)('the %s snippet names the key and the server', (kind) => {
  const code = snippet(kind, 'wk_1', 'https://t.example');
  expect(code).toContain('wk_1');
  expect(code).toContain('https://t.example');
});
