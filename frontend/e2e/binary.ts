import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Binary {
  url: string;
  /** Speaks JSON with the server, outside the browser: the sandbox's controls. */
  call: <T>(path: string, body?: unknown) => Promise<T>;
  close: () => Promise<void>;
}

const BINARY =
  process.env.TIDINGS_TEST_BINARY ?? fileURLToPath(new URL('../../bin/tidings', import.meta.url));

/** The program itself in demo mode, on a free port, with an empty data folder of its own. */
export async function startBinary(): Promise<Binary> {
  const data = await mkdtemp(join(tmpdir(), 'tidings-e2e-'));
  const child = spawn(BINARY, ['all'], {
    env: {
      PATH: process.env.PATH ?? '',
      TIDINGS_DEMO: 'true',
      TIDINGS_ADDR: '127.0.0.1:0',
      TIDINGS_DATA_DIR: data,
      TIDINGS_LOG_LEVEL: 'warn',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  const exited = new Promise<void>((done) => child.once('exit', () => done()));
  const url = await new Promise<string>((ready, failed) => {
    const hear = (chunk: Buffer) => {
      said += chunk.toString();
      const at = /http:\/\/localhost:\d+/.exec(said)?.[0];
      if (at) ready(at.replace('localhost', '127.0.0.1'));
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('error', failed);
    child.once('exit', () => failed(new Error(`tidings ended: ${said}`)));
  });
  for (let tries = 0; tries < 200; tries += 1) {
    const ready = await fetch(`${url}/readyz`).catch(() => undefined);
    if (ready?.ok) break;
    await new Promise((again) => setTimeout(again, 50));
  }
  return {
    url,
    call: async <T>(path: string, body?: unknown) => {
      const response = await fetch(`${url}${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        ...(body === undefined
          ? {}
          : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      });
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
      return (await response.json()) as T;
    },
    close: async () => {
      child.kill('SIGTERM');
      await exited;
      await rm(data, { recursive: true, force: true });
    },
  };
}
