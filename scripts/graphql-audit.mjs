// Runs the public GraphQL-over-HTTP audit suite (npm package graphql-http) against the program, started here in demo
// mode on a free port with an empty data folder. Every MUST and SHOULD has to hold; a MAY that does not is only named.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serverAudits } from 'graphql-http';

const PATIENCE_MS = 60_000;
const binary = process.env.TIDINGS_TEST_BINARY ?? 'bin/tidings';

const port = await new Promise((found) => {
  const probe = createServer().listen(0, '127.0.0.1', () => {
    const { port } = probe.address();
    probe.close(() => found(port));
  });
});
const data = mkdtempSync(join(tmpdir(), 'tidings-audit-'));
const log = [];
const program = spawn(binary, ['all'], {
  env: { PATH: process.env.PATH, TIDINGS_DEMO: '1', TIDINGS_DATA_DIR: data, PORT: String(port) },
  stdio: ['ignore', 'pipe', 'pipe'],
});
program.stdout.on('data', (chunk) => log.push(chunk));
program.stderr.on('data', (chunk) => log.push(chunk));
const ended = new Promise((resolve) => {
  program.on('exit', resolve);
  program.on('error', (error) => {
    log.push(`${error}\n`);
    resolve(1);
  });
});

try {
  await ready();
  await audit();
} catch (error) {
  console.error(`${error.message}\n${log.join('').split('\n').slice(-30).join('\n')}`);
  console.log('graphql-http: 0 passed, 1 failed');
  process.exitCode = 1;
} finally {
  program.kill('SIGTERM');
  const killer = setTimeout(() => program.kill('SIGKILL'), 15_000);
  await ended;
  clearTimeout(killer);
  rmSync(data, { recursive: true, force: true });
}

async function ready() {
  const until = Date.now() + PATIENCE_MS;
  let gone = false;
  ended.then(() => {
    gone = true;
  });
  for (;;) {
    if (gone) throw new Error(`${binary} ended before it was ready:`);
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
    if (answer?.ok) return;
    if (Date.now() > until) throw new Error(`${binary} was not ready within ${PATIENCE_MS / 1000} s:`);
    await new Promise((wait) => setTimeout(wait, 100));
  }
}

async function audit() {
  let passed = 0;
  let failed = 0;
  for (const one of serverAudits({ url: `http://127.0.0.1:${port}/graphql`, fetchFn: fetch })) {
    const result = await one.fn();
    if (result.status === 'ok') {
      passed += 1;
      continue;
    }
    const binding = !one.name.startsWith('MAY');
    if (binding) failed += 1;
    console.log(`${binding ? 'FAIL' : 'note'} ${one.id} ${one.name}: ${result.reason}`);
  }
  console.log(`graphql-http: ${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}
