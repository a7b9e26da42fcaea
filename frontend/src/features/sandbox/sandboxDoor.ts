/** What a phone received; the sandbox's own JSON. */
export interface SandboxMessage {
  seq: number;
  touser: string;
  appId: string;
  templateId: string;
  title: string;
  lines: { key: string; label: string; value: string }[];
  page: string;
  state: string;
  at: string;
  msgid: string;
}

/** A call to the stand-in for WeChat, refused ones too. */
export interface SandboxCall {
  seq: number;
  at: string;
  path: string;
  appId: string;
  touser: string;
  templateId: string;
  errcode: number;
  answered: boolean;
  msgid: string;
  ms: number;
}

interface Messages {
  total: number;
  messages: SandboxMessage[];
}

interface Calls {
  total: number;
  calls: SandboxCall[];
}

/** Newest calls shown at once. */
export const CALLS_SHOWN = 200;

async function read<Body>(path: string, query: Record<string, string | number>): Promise<Body> {
  const params = new URLSearchParams(
    Object.entries(query).map(([key, value]) => [key, String(value)]),
  );
  const response = await fetch(`/sandbox${path}?${params}`, { credentials: 'same-origin' });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return (await response.json()) as Body;
}

/** Newest first; of one person when one is named. */
export function readMessages(openid: string | undefined, limit: number): Promise<Messages> {
  return read('/wechat/messages', { limit, ...(openid ? { touser: openid } : {}) });
}

/** The newest calls, newest first. The log itself is told oldest first, so its end is asked for. */
export async function readCalls(openid: string | undefined): Promise<Calls> {
  if (openid) {
    const { total, calls } = await read<Calls>('/wechat/calls', { touser: openid, limit: 1000 });
    return { total, calls: calls.slice(-CALLS_SHOWN).reverse() };
  }
  const { total } = await read<Calls>('/wechat/calls', { limit: 1 });
  const { calls } = await read<Calls>('/wechat/calls', {
    after: Math.max(0, total - CALLS_SHOWN),
    limit: CALLS_SHOWN,
  });
  return { total, calls: calls.reverse() };
}

export interface Phone {
  openid: string;
  /** How many of the messages at hand are this person's. */
  count: number;
  /** When the last one arrived. */
  at: string;
}

/** The people behind messages, the one who got the newest first. */
export function phonesOf(messages: readonly SandboxMessage[]): Phone[] {
  const phones = new Map<string, Phone>();
  for (const { touser, at } of messages) {
    const phone = phones.get(touser);
    if (phone) phone.count += 1;
    else phones.set(touser, { openid: touser, count: 1, at });
  }
  return [...phones.values()];
}
