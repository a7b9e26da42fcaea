import { fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { App as AntApp, ConfigProvider, Form } from 'antd';
import { useState } from 'react';
import { Provider } from 'urql';
import { expect, test, vi } from 'vitest';
import { schemaClient } from '@/shared/testing/schemaClient';
import { createWorld } from '@/shared/testing/world';
import type { ScheduleProblem } from './checkSchedule';
import type { TaskType, TriggerForm } from './scheduleTypes';
import { TriggerEditor } from './TriggerEditor';
import { EMPTY_TRIGGER, newTiming, triggerInput } from './triggerForm';

const FROM = '2099-03-01T00:00:00Z';
const TO = '2099-03-31T00:00:00Z';
const END = '2099-04-02T00:00:00Z';

interface SetUp {
  type?: TaskType;
  start?: Partial<TriggerForm>;
  problems?: ScheduleProblem[];
  found?: object[];
  isStrict?: boolean;
}

/** The editor over the world's catalogue; gives the newest trigger, end, and what was asked. */
function setUp({
  type = 'DONE_A_NOT_B',
  start = {},
  problems = [],
  found = [],
  isStrict = false,
}: SetUp = {}) {
  const onChange = vi.fn<(trigger: TriggerForm) => void>();
  const onEndsAt = vi.fn<(endsAt: string | null) => void>();
  const asked = vi.fn((_args: { trigger: object }) => ({
    defaultEnd: END,
    example: {
      doneAt: FROM,
      judgedAt: type === 'DONE_A_NOT_B' ? '2099-03-01T00:20:00Z' : null,
      sentAt: '2099-03-03T02:00:00Z',
      tooLate: false,
    },
    problems: found,
  }));
  const { root } = createWorld();
  function Host() {
    const [trigger, setTrigger] = useState<TriggerForm>({ ...EMPTY_TRIGGER, ...start });
    const [endsAt, setEndsAt] = useState<string | null>(null);
    return (
      <TriggerEditor
        type={type}
        value={trigger}
        onChange={(next) => {
          onChange(next);
          setTrigger(next);
        }}
        endsAt={endsAt}
        onEndsAt={(next) => {
          onEndsAt(next);
          setEndsAt(next);
        }}
        problems={problems}
        isStrict={isStrict}
      />
    );
  }
  render(
    <Provider value={schemaClient({ ...root, triggerPreview: asked })}>
      <ConfigProvider button={{ autoInsertSpace: false }}>
        <AntApp>
          <Form name="task" component={false}>
            <Host />
          </Form>
        </AntApp>
      </ConfigProvider>
    </Provider>,
  );
  return { newest: () => onChange.mock.lastCall?.[0], onEndsAt, asked };
}

async function choose(combobox: HTMLElement, option: string) {
  fireEvent.mouseDown(combobox);
  const options = await screen.findAllByText(option);
  fireEvent.click(options.at(-1) as HTMLElement);
}

const WINDOW = { ...EMPTY_TRIGGER.a, from: FROM, to: TO };

test('R61 R62 events of A are chosen from the catalogue, and the sentence follows', async () => {
  const { newest } = setUp({ type: 'DONE_A' });
  const a = await screen.findByLabelText('事件 A1');
  await choose(within(a).getByLabelText('事件'), '浏览商品');
  fireEvent.click(within(a).getByText('添加筛选'));
  fireEvent.change(screen.getByRole('spinbutton'), { target: { value: '3' } });
  await waitFor(() =>
    expect(newest()?.a).toMatchObject({
      events: [
        { event: 'view', where: { op: 'AND', nodes: [{ op: 'PROPERTY', name: 'order_id' }] } },
      ],
      n: 3,
    }),
  );
  expect(screen.getByTestId('trigger-sentence')).toHaveTextContent(
    '当用户累计完成“浏览商品”（订单号等于〔未填〕） 3 次（只触达一次），立即触达。',
  );
});

test('R74 an event B and how long to wait for it', async () => {
  const a = { ...EMPTY_TRIGGER.a, events: [{ event: 'view' }] };
  const { newest } = setUp({ start: { a } });
  const b = await screen.findByLabelText('事件 B1');
  await choose(within(b).getByLabelText('事件'), '购买');
  await waitFor(() =>
    expect(newest()?.b).toEqual({
      events: [{ event: 'purchase' }],
      wait: { value: 20, unit: 'MINUTE' },
    }),
  );
  expect(screen.getByTestId('trigger-sentence')).toHaveTextContent(
    '当用户首次完成“浏览商品”，且之后 20 分钟内没有完成“购买”，立即触达。',
  );
});

test('R61 several events share one counter; the last one cannot be taken away', async () => {
  const { newest } = setUp({ type: 'DONE_A' });
  await screen.findByLabelText('事件 A1');
  expect(screen.queryByLabelText('事件 B1')).not.toBeInTheDocument();
  expect(screen.queryByLabelText('删除事件 A1')).not.toBeInTheDocument();
  fireEvent.click(screen.getByText('添加事件'));
  expect(screen.getByLabelText('事件 A2')).toBeInTheDocument();
  fireEvent.click(screen.getByLabelText('删除事件 A1'));
  expect(newest()?.a.events).toEqual([{ event: '' }]);
});

test('R63 R65 a delay has days, hours and minutes, at most 365 days', async () => {
  const { newest } = setUp({ type: 'DONE_A' });
  fireEvent.click(await screen.findByLabelText('延迟'));
  expect(newest()?.timing).toMatchObject({ kind: 'DELAY', days: 0, hours: 1, minutes: 0 });
  fireEvent.change(screen.getByLabelText('天数'), { target: { value: '366' } });
  expect(await screen.findByText(/延迟应在 1 分钟至 365 天之间/)).toBeInTheDocument();
});

test('R63 R67 a weekday with its time', async () => {
  const { newest } = setUp({ type: 'DONE_A' });
  fireEvent.click(await screen.findByLabelText('延时到周几'));
  await choose(screen.getByLabelText('周几'), '周二');
  expect(newest()?.timing).toMatchObject({ kind: 'WEEKDAY', weekday: 'TUESDAY', time: '10:00' });
  expect(screen.getByTestId('trigger-sentence')).toHaveTextContent('在下一个周二 10:00 触达');
});

test('R63 R66 a specified time is one of the day, or one for everybody', async () => {
  const { newest } = setUp({ type: 'DONE_A' });
  fireEvent.click(await screen.findByLabelText('延迟指定时间'));
  expect(newest()?.timing).toMatchObject({ kind: 'TIME_OF_DAY', days: 1, time: '10:00' });
  await choose(screen.getByLabelText('指定方式'), '一个确定的时间');
  expect(newest()?.timing).toMatchObject({ kind: 'DATETIME', at: null });
  expect(screen.queryByLabelText('天数')).not.toBeInTheDocument();
});

test('R69 the end is filled in, can be changed, and goes back to the default', async () => {
  const { onEndsAt } = setUp({ start: { a: WINDOW } });
  await waitFor(() =>
    expect(screen.getByLabelText('触达任务结束时间', { selector: 'input' })).toHaveValue(
      '2099-04-02 08:00',
    ),
  );
  const end = screen.getByLabelText('触达任务结束时间', { selector: 'input' });
  fireEvent.mouseDown(end);
  fireEvent.change(end, { target: { value: '2099-04-20 10:00' } });
  fireEvent.keyDown(end, { key: 'Enter', code: 'Enter', keyCode: 13 });
  await waitFor(() => expect(onEndsAt).toHaveBeenLastCalledWith('2099-04-20T02:00:59.999Z'));
  expect(await screen.findByText(/系统默认为 2099-04-02 08:00/)).toBeInTheDocument();
  fireEvent.click(screen.getByText('恢复默认'));
  expect(onEndsAt).toHaveBeenLastCalledWith(null);
});

test('R74 an example shows when it is looked for B and when the message comes', async () => {
  const { asked } = setUp({ start: { a: WINDOW } });
  const steps = await screen.findByRole('list', { name: '举例' });
  expect(
    within(steps)
      .getAllByRole('listitem')
      .map((step) => step.textContent),
  ).toEqual(['满足事件 A2099-03-01 08:00', '判断未完成 B2099-03-01 08:20', '触达2099-03-03 10:00']);
  expect(asked.mock.lastCall?.[0]).toMatchObject({ type: 'DONE_A_NOT_B', endsAt: null });
});

test('what the server finds stands at its field', async () => {
  setUp({
    start: { a: { ...WINDOW, events: [{ event: 'view' }] }, timing: newTiming('DATETIME') },
    found: [
      { path: 'trigger.timing.at', rule: 'AFTER_END', message: 'x', params: null },
      { path: 'trigger.a.to', rule: 'OUT_OF_RANGE', message: 'x', params: { min: 'a', max: 'b' } },
    ],
    problems: [{ path: 'trigger.a.events.0.event', rule: 'DISABLED', message: 'x', params: {} }],
    isStrict: false,
  });
  const a = await screen.findByLabelText('事件 A1');
  expect(within(a).getByRole('alert')).toHaveTextContent('已停用，请重新选择');
  expect(await screen.findByText('事件 A 的起止时间最长 1 年')).toBeInTheDocument();
});

test.each([
  [false, 0],
  [true, 1],
])('strict %s: what is open is wrong only after a try', async (isStrict, count) => {
  setUp({ type: 'DONE_A', isStrict });
  const a = await screen.findByLabelText('事件 A1');
  expect(within(a).queryAllByRole('alert')).toHaveLength(count);
});

test('R68 the window ends with the last instant of the picked minute, and is shown as picked', async () => {
  const { newest } = setUp({ type: 'DONE_A', start: { a: WINDOW } });
  const to = await screen.findByLabelText('事件 A 结束时间', { selector: 'input' });
  fireEvent.mouseDown(to);
  fireEvent.change(to, { target: { value: '2099-03-20 23:59' } });
  fireEvent.keyDown(to, { key: 'Enter', code: 'Enter', keyCode: 13 });
  await waitFor(() => expect(newest()?.a.to).toBe('2099-03-20T15:59:59.999Z'));
  expect(to).toHaveValue('2099-03-20 23:59');
});

test('R68 a common period is whole days of the project', async () => {
  const { newest } = setUp({ type: 'DONE_A' });
  fireEvent.click(await screen.findByText('今天起 7 天'));
  const { from, to } = newest()?.a ?? {};
  expect(from).toMatch(/T16:00:00.000Z$/);
  expect(Date.parse(to ?? '') - Date.parse(from ?? '')).toBe(7 * 24 * 3_600_000 - 1);
});

test('a filter that is not whole does not keep the preview away', async () => {
  const where = {
    op: 'AND' as const,
    nodes: [
      { op: 'PROPERTY' as const, name: 'order_id', test: { test: 'IN' as const, values: [] } },
    ],
  };
  const a = { ...WINDOW, events: [{ event: 'view', where }] };
  const { asked } = setUp({ start: { a } });
  await waitFor(() => expect(asked).toHaveBeenCalled());
  expect(asked.mock.lastCall?.[0].trigger).toMatchObject({
    a: { events: [{ event: 'view', where: null }] },
  });
  // What is saved has it.
  expect(triggerInput({ ...EMPTY_TRIGGER, a }, 'DONE_A').a?.events?.[0]?.where).toEqual(where);
});
