import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Fault } from '@/shared/graphql/errors';
import { createDraftSaver, type DraftPorts, type SaveState } from './draftSaver';
import { EMPTY_FORM, toTaskInput } from './taskForm';

const DELAY = 1000;
const fault = (over: Partial<Fault>): Fault => ({
  code: 'INTERNAL',
  reason: '',
  message: '',
  fields: [],
  ...over,
});

function setUp(
  over: Partial<DraftPorts> = {},
  start: { id: string; version: number } | null = null,
) {
  const form = { ...EMPTY_FORM, name: '会员日' };
  const states: SaveState[] = [];
  const ports = {
    read: vi.fn(() => toTaskInput(form)),
    create: vi.fn<DraftPorts['create']>(async () => ({
      draft: { id: 'tsk_1', version: 1 },
      at: 'T1',
    })),
    save: vi.fn<DraftPorts['save']>(async (draft) => ({
      draft: { ...draft, version: draft.version + 1 },
      at: 'T2',
    })),
    onState: (state: SaveState) => void states.push(state),
    onCreated: vi.fn(),
    onRefused: vi.fn(),
    delay: DELAY,
    ...over,
  };
  return { form, states, ports, saver: createDraftSaver(ports, start) };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('waits for a rest, creates once, then saves the version it has', async () => {
  const { ports, saver, form, states } = setUp();
  saver.touch();
  await vi.advanceTimersByTimeAsync(DELAY - 1);
  saver.touch();
  await vi.advanceTimersByTimeAsync(DELAY - 1);
  expect(ports.create).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(ports.create).toHaveBeenCalledTimes(1);
  expect(ports.onCreated).toHaveBeenCalledWith({ id: 'tsk_1', version: 1 });

  form.name = '会员日二';
  saver.touch();
  await vi.advanceTimersByTimeAsync(DELAY);
  expect(ports.save).toHaveBeenCalledWith({ id: 'tsk_1', version: 1 }, expect.anything());
  expect(saver.draft()).toEqual({ id: 'tsk_1', version: 2 });
  expect(states.at(-1)).toEqual({ kind: 'saved', at: 'T2' });
});

test('changes made during a save are saved by the next one', async () => {
  let answer: (() => void) | undefined;
  const { ports, saver, form } = setUp({
    create: vi.fn<DraftPorts['create']>(
      () =>
        new Promise((resolve) => {
          answer = () => resolve({ draft: { id: 'tsk_1', version: 1 }, at: 'T1' });
        }),
    ),
  });
  saver.touch();
  await vi.advanceTimersByTimeAsync(DELAY);
  form.name = '会员日二';
  saver.touch();
  answer?.();
  await vi.advanceTimersByTimeAsync(DELAY);
  expect(ports.create).toHaveBeenCalledTimes(1);
  expect(ports.save).toHaveBeenCalledTimes(1);
});

test('a form that no draft can hold is not sent', async () => {
  const { ports, saver, states } = setUp({ read: () => null });
  saver.touch();
  await vi.advanceTimersByTimeAsync(DELAY);
  expect(ports.create).not.toHaveBeenCalled();
  expect(states.at(-1)).toEqual({ kind: 'held' });
  expect(await saver.flush()).toBe(false);
});

test('a refused field goes back to the form', async () => {
  const refusal = fault({
    code: 'INVALID',
    fields: [{ path: 'name', rule: 'TAKEN', message: '', params: {} }],
  });
  const { ports, saver, states } = setUp({ create: async () => ({ fault: refusal }) });
  saver.touch();
  expect(await saver.flush()).toBe(false);
  expect(ports.onRefused).toHaveBeenCalledWith(refusal);
  expect(states.at(-1)).toEqual({ kind: 'held' });
});

test('somebody else saved meanwhile: stops until the author decides, then overwrites or adopts', async () => {
  const conflict = fault({ code: 'CONFLICT', reason: 'VERSION' });
  const save = vi.fn<DraftPorts['save']>(async () => ({ fault: conflict }));
  const { saver, states } = setUp({ save }, { id: 'tsk_1', version: 3 });
  saver.touch();
  await vi.advanceTimersByTimeAsync(DELAY);
  expect(states.at(-1)).toEqual({ kind: 'conflict', fault: conflict });
  saver.touch();
  await vi.advanceTimersByTimeAsync(DELAY);
  expect(save).toHaveBeenCalledTimes(1);

  save.mockImplementation(async (draft) => ({ draft: { ...draft, version: 8 }, at: 'T3' }));
  expect(await saver.overwrite({ id: 'tsk_1', version: 7 })).toBe(true);
  expect(save).toHaveBeenLastCalledWith({ id: 'tsk_1', version: 7 }, expect.anything());
  saver.adopt({ id: 'tsk_1', version: 9 }, 'T4');
  expect(saver.draft()).toEqual({ id: 'tsk_1', version: 9 });
  expect(states.at(-1)).toEqual({ kind: 'saved', at: 'T4' });
});

test('no answer is a failure that a flush tries again', async () => {
  const create = vi
    .fn<DraftPorts['create']>()
    .mockResolvedValueOnce({ fault: fault({ code: 'NETWORK' }) })
    .mockResolvedValueOnce({ draft: { id: 'tsk_1', version: 1 }, at: 'T1' });
  const { saver, states } = setUp({ create });
  saver.touch();
  expect(await saver.flush()).toBe(false);
  expect(states.at(-1)?.kind).toBe('failed');
  expect(await saver.flush()).toBe(true);
});

test('nothing is saved after the page has gone', async () => {
  const { ports, saver } = setUp();
  saver.touch();
  saver.stop();
  await vi.advanceTimersByTimeAsync(DELAY);
  expect(ports.create).not.toHaveBeenCalled();
});
