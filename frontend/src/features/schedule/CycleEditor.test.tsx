import { fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { App as AntApp, ConfigProvider, Form } from 'antd';
import { useState } from 'react';
import { Provider } from 'urql';
import { expect, test, vi } from 'vitest';
import { schemaClient } from '@/shared/testing/schemaClient';
import { createWorld } from '@/shared/testing/world';
import { CycleEditor } from './CycleEditor';
import type { ScheduleProblem } from './checkSchedule';
import { EMPTY_CYCLE } from './cycleForm';
import type { CycleForm } from './scheduleTypes';

const PERIOD = { start: '2099-03-01T00:00:00Z', end: '2099-03-31T00:00:00Z' };
const POINTS = [1, 2, 3, 4, 5].map((day) => `2099-03-0${day}T02:00:00Z`);

interface SetUp {
  start?: Partial<CycleForm>;
  problems?: ScheduleProblem[];
  found?: object[];
  isStrict?: boolean;
}

/** The editor with a server that previews; gives the newest cycle and what was asked. */
function setUp({ start = {}, problems = [], found = [], isStrict = false }: SetUp = {}) {
  const onChange = vi.fn<(cycle: CycleForm) => void>();
  const asked = vi.fn((_args: object) => ({
    points: found.length > 0 ? [] : POINTS,
    total: found.length > 0 ? 0 : 31,
    problems: found,
  }));
  const { root } = createWorld();
  function Host() {
    const [cycle, setCycle] = useState<CycleForm>({ ...EMPTY_CYCLE, ...start });
    return (
      <CycleEditor
        value={cycle}
        onChange={(next) => {
          onChange(next);
          setCycle(next);
        }}
        problems={problems}
        isStrict={isStrict}
      />
    );
  }
  render(
    <Provider value={schemaClient({ ...root, schedulePreview: asked })}>
      <ConfigProvider button={{ autoInsertSpace: false }}>
        <AntApp>
          <Form name="task" component={false}>
            <Host />
          </Form>
        </AntApp>
      </ConfigProvider>
    </Provider>,
  );
  return { newest: () => onChange.mock.lastCall?.[0], asked };
}

test('R46 R57 the first points are shown, and how many there are in all', async () => {
  const { asked } = setUp({ start: PERIOD });
  const points = await screen.findByRole('list', { name: '接下来的触达时间' });
  const items = within(points)
    .getAllByRole('listitem')
    .map((item) => item.textContent);
  expect(items).toHaveLength(6);
  expect(items[0]).toBe('2099-03-01 周日10:00');
  expect(items[5]).toBe('… 共 31 次');
  expect(asked.mock.lastCall?.[0]).toMatchObject({
    cycle: { kind: 'DAYS', every: 1, times: ['10:00'], ...PERIOD },
    first: 5,
  });
  expect(screen.getByTestId('cycle-sentence')).toHaveTextContent(
    '2099-03-01 08:00 至 2099-03-31 08:00，每天 10:00 触达。',
  );
});

test('nothing is asked while the cycle is not whole', async () => {
  const { asked } = setUp();
  expect(await screen.findByText('填写循环周期和起止时间后，在这里预览触达时间。')).toBeVisible();
  expect(asked).not.toHaveBeenCalled();
});

test('R57 days of the week and of the month are toggled, with a note about short months', async () => {
  const { newest } = setUp({ start: PERIOD });
  fireEvent.click(screen.getByLabelText('按周'));
  const friday = screen.getByText('周五').closest('button') as HTMLElement;
  fireEvent.click(friday);
  fireEvent.click(screen.getByText('周一'));
  expect(friday).toHaveAttribute('aria-pressed', 'true');
  expect(newest()).toMatchObject({ kind: 'WEEKDAYS', weekdays: ['MONDAY', 'FRIDAY'] });
  fireEvent.click(screen.getByLabelText('按月'));
  expect(screen.queryByText(/没有 29、30 或 31 日的月份/)).not.toBeInTheDocument();
  fireEvent.click(screen.getByText('31'));
  expect(await screen.findByText(/没有 29、30 或 31 日的月份/)).toBeInTheDocument();
  expect(newest()).toMatchObject({ kind: 'MONTH_DAYS', monthDays: [31] });
});

test('R57 the period ends with the last instant of the picked minute, and is shown as picked', async () => {
  const { newest } = setUp({ start: PERIOD });
  await screen.findByRole('list', { name: '接下来的触达时间' });
  const end = screen.getByLabelText('结束时间', { selector: 'input' });
  fireEvent.mouseDown(end);
  fireEvent.change(end, { target: { value: '2099-03-20 23:59' } });
  fireEvent.keyDown(end, { key: 'Enter', code: 'Enter', keyCode: 13 });
  await waitFor(() => expect(newest()?.end).toBe('2099-03-20T15:59:59.999Z'));
  expect(end).toHaveValue('2099-03-20 23:59');
});

test('R57 times of day are added and taken away', async () => {
  const { newest } = setUp({ start: { ...PERIOD, times: ['10:00', '18:30'] } });
  fireEvent.click(await screen.findByLabelText('删除触达时刻 1'));
  expect(newest()?.times).toEqual(['18:30']);
  fireEvent.click(screen.getByText('添加时刻'));
  expect(newest()?.times).toEqual(['18:30', '']);
});

test('R58 what is wrong stands at its field', async () => {
  setUp({
    start: { ...PERIOD, times: ['10:00', '10:00'] },
    problems: [{ path: 'cycle.end', rule: 'OUT_OF_RANGE', message: 'x', params: {} }],
  });
  expect(await screen.findByText('这个时刻重复了')).toBeInTheDocument();
  expect(screen.getByText('起止时间最长 10 年')).toBeInTheDocument();
  expect(screen.getByText('改正上面的内容后，在这里预览触达时间。')).toBeInTheDocument();
});

test('R58 no point in the period is said where the points would be', async () => {
  setUp({
    start: PERIOD,
    found: [{ path: 'cycle', rule: 'NO_POINT', message: 'x', params: null }],
  });
  expect(await screen.findByText('起止时间内没有将要到来的触达时间，请调整')).toBeInTheDocument();
});
