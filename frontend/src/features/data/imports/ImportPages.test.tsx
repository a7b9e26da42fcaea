import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { renderAt } from '@/app/testing/renderAt';
import { createDataWorld, makeImport } from '@/shared/testing/dataWorld';
import { refusal } from '@/shared/testing/refusal';
import { createWorld } from '@/shared/testing/world';

afterEach(() => vi.unstubAllGlobals());

const PURCHASES = new File(
  ['customer_id,date,quantity,amount\n00002,2021-01-12,1,12.00\n'],
  'purchases.csv',
  { type: 'text/csv' },
);

function chooseFile(file: File) {
  const input = document.querySelector('input[type=file]');
  if (!input) throw new Error('no place for a file');
  fireEvent.change(input, { target: { files: [file] } });
}

test('a file of events is mapped, its event is asked for, and it goes up', async () => {
  const world = createDataWorld(createWorld().root);
  const createImport = vi.fn(world.root.createImport as (args: unknown) => unknown);
  const put = vi.fn(async (_path: string, _init: RequestInit) => new Response('{}'));
  vi.stubGlobal('fetch', put);
  const router = renderAt('/data/imports/new', { ...world.root, createImport });
  fireEvent.click(await screen.findByRole('radio', { name: /事件/ }));
  await screen.findByText('点击选择文件，或把 CSV 拖到这里');
  chooseFile(PURCHASES);
  expect(await screen.findByText(/已读取文件开头的 1 行/)).toBeVisible();
  const start = await screen.findByRole('button', { name: '开始导入' });
  fireEvent.click(start);
  expect((await screen.findAllByText('此项必填')).length).toBe(1);
  fireEvent.change(screen.getByLabelText('所有行的事件'), { target: { value: 'purchase' } });
  fireEvent.click(start);
  await waitFor(() => expect(router.state.location.pathname).toBe('/data/imports/imp_1'));
  expect(createImport.mock.calls[0]?.[0]).toMatchObject({
    input: {
      kind: 'EVENTS',
      fileName: 'purchases.csv',
      mapping: { personColumn: 'customer_id', timeColumn: 'date', event: 'purchase' },
    },
  });
  await waitFor(() => expect(put.mock.calls[0]?.[0]).toBe('/v1/import/imp_1?offset=0'));
  expect(await screen.findByText('已全部上传，等待处理')).toBeVisible();
});

test('what the server refuses in the mapping stands at its place', async () => {
  const world = createDataWorld(createWorld().root);
  const createImport = () => {
    throw refusal('INVALID', 'm', {
      fields: [{ path: 'input.mapping.idType', rule: 'UNKNOWN', message: 'm' }],
    });
  };
  renderAt('/data/imports/new?kind=PEOPLE', { ...world.root, createImport });
  await screen.findByText('点击选择文件，或把 CSV 拖到这里');
  chooseFile(PURCHASES);
  fireEvent.click(await screen.findByRole('button', { name: '开始导入' }));
  expect(await screen.findByText('不认识的取值')).toBeInTheDocument();
});

test('a file that cannot be read says why', async () => {
  renderAt('/data/imports/new?kind=PEOPLE', createDataWorld(createWorld().root).root);
  await screen.findByText('点击选择文件，或把 CSV 拖到这里');
  chooseFile(new File([Uint8Array.from([0x50, 0x4b, 0, 0])], 'book.xlsx'));
  expect(await screen.findByText(/Excel 工作簿（.xlsx）不能直接导入/)).toBeInTheDocument();
});

test('after a reload the same file goes on from where the server has it, another does not', async () => {
  const world = createDataWorld(createWorld().root);
  world.imports.push(
    makeImport({
      id: 'imp_half',
      fileName: 'purchases.csv',
      status: 'RECEIVING',
      size: String(PURCHASES.size),
      received: '10',
      resumeAt: '10',
    }),
  );
  const put = vi.fn(async (_path: string, _init: RequestInit) => new Response('{}'));
  vi.stubGlobal('fetch', put);
  renderAt('/data/imports/imp_half', world.root);
  expect(await screen.findByText(/已上传 10 B，共 58 B/)).toBeVisible();
  chooseFile(new File(['x'], 'other.csv'));
  expect(await screen.findByText(/“other.csv”不是同一个文件/)).toBeInTheDocument();
  chooseFile(PURCHASES);
  await waitFor(() => expect(put.mock.calls[0]?.[0]).toBe('/v1/import/imp_half?offset=10'));
});

test('an import that is done shows its counts and the rows that were not taken', async () => {
  const world = createDataWorld(createWorld().root);
  world.imports.push(
    makeImport({
      id: 'imp_done',
      rows: 10,
      stored: 7,
      duplicate: 2,
      refused: 1,
      errors: [{ row: 4, field: 'date', rule: 'INVALID_TIME', value: '昨天' }],
      errorReport: '/v1/import/imp_done/errors',
    }),
  );
  renderAt('/data/imports/imp_done', world.root);
  const counts = await screen.findByRole('region', { name: '处理结果' });
  expect(counts).toHaveTextContent('总行数10已存储7重复2拒绝1');
  expect(screen.getByText('不是可以识别的时间')).toBeVisible();
  expect(within(document.body).getByRole('link', { name: '下载全部' })).toHaveAttribute(
    'href',
    '/v1/import/imp_done/errors?project=prj_demo',
  );
});
