import { afterEach, expect, test, vi } from 'vitest';
import { CALLS_SHOWN, phonesOf, readCalls, type SandboxMessage } from './sandboxDoor';

const message = (seq: number, touser: string): SandboxMessage => ({
  seq,
  touser,
  appId: 'wx1',
  templateId: 't',
  title: '活动开始提醒',
  lines: [],
  page: '',
  state: 'formal',
  at: `2026-11-01T00:00:0${seq}Z`,
  msgid: String(seq),
});

afterEach(() => void vi.unstubAllGlobals());

test('people come in the order of their newest messages', () => {
  expect(phonesOf([message(3, 'b'), message(2, 'a'), message(1, 'b')])).toEqual([
    { openid: 'b', count: 2, at: '2026-11-01T00:00:03Z' },
    { openid: 'a', count: 1, at: '2026-11-01T00:00:02Z' },
  ]);
});

test('of a long log only the end is asked for, and turned round', async () => {
  const asked: string[] = [];
  vi.stubGlobal('fetch', async (url: string) => {
    asked.push(url);
    return Response.json({ total: 1000, calls: [{ seq: 999 }, { seq: 1000 }] });
  });
  const { total, calls } = await readCalls(undefined);
  expect(asked).toEqual([
    '/sandbox/wechat/calls?limit=1',
    `/sandbox/wechat/calls?after=${1000 - CALLS_SHOWN}&limit=${CALLS_SHOWN}`,
  ]);
  expect({ total, seqs: calls.map(({ seq }) => seq) }).toEqual({ total: 1000, seqs: [1000, 999] });
});
