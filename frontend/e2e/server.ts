import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSchema, graphql } from 'graphql';
import { useServer as serveSockets } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { ACCOUNTS, createWorld, progressOf, type World } from '../src/shared/testing/world.ts';

const DIST = fileURLToPath(new URL('../dist/', import.meta.url));
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
};

export interface ConsoleServer {
  url: string;
  /** The stub's world; a real server has none. */
  world: World;
  close: () => Promise<void>;
}

/** Serves the built console against a world in memory, for tests of the console alone. */
export async function startStubServer(): Promise<ConsoleServer> {
  const schema = buildSchema(readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'));
  const world = createWorld({ viewer: null });
  let failures = 0;

  function auth(path: string, body: Record<string, string>, response: ServerResponse) {
    if (path === '/auth/sign-out') {
      world.viewer = null;
      return json(response, 200, {});
    }
    const account = ACCOUNTS.find(({ email }) => email === body.email?.toLowerCase());
    if (account && body.password === 'tidings') {
      failures = 0;
      world.viewer = account;
      return json(response, 200, { account: account.id });
    }
    failures += 1;
    if (failures > 4)
      return json(response, 429, {
        error: { code: 'LIMITED', message: 'too many tries', retryAfter: 42 },
      });
    return json(response, 401, {
      error: {
        code: 'UNAUTHENTICATED',
        reason: 'WRONG_LOGIN',
        message: 'e-mail or password is wrong',
      },
    });
  }

  const rootValue = () => {
    if (world.viewer) return world.root;
    return new Proxy(world.root, {
      get: (root, key) =>
        key === 'me' || key === 'server' || typeof key === 'symbol'
          ? Reflect.get(root, key)
          : () => {
              throw Object.assign(new Error('sign in first'), {
                extensions: { code: 'UNAUTHENTICATED' },
              });
            },
    });
  };

  const server: Server = createServer(async (request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    if (path.startsWith('/auth/')) return auth(path, await bodyOf(request), response);
    if (path === '/sandbox/clock') return json(response, 200, { now: new Date().toISOString() });
    if (path === '/graphql') {
      const { query, variables } = await bodyOf(request);
      const result = await graphql({
        schema,
        rootValue: rootValue(),
        source: String(query),
        variableValues: (variables ?? {}) as Record<string, unknown>,
      });
      return json(response, 200, result);
    }
    return file(path, response);
  });

  const sockets = new WebSocketServer({ server, path: '/graphql' });
  const live = {
    taskProgressed: async function* ({ ids }: { ids: string[] }) {
      const task = world.tasks.find(
        ({ id, status }) => status === 'RUNNING' && ids.includes(String(id)),
      );
      for (let sent = 4400; task && sent <= 9200; sent += 600) {
        await new Promise((done) => setTimeout(done, 400));
        task.progress = progressOf({
          sent,
          sending: 40,
          codes: { 43101: 260 },
          waiting: 10_000 - sent - 300,
          rate: 190,
        });
        yield { taskProgressed: task };
      }
    },
  };
  const disposable = serveSockets({ schema, roots: { subscription: live } }, sockets);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    world,
    close: async () => {
      await disposable.dispose();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, never>> {
  return JSON.parse(Buffer.concat(await request.toArray()).toString() || '{}');
}

function json(response: ServerResponse, status: number, body: unknown) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** A file of the build; every other path is a page of the console. */
async function file(path: string, response: ServerResponse) {
  const name = extname(path) ? normalize(path) : '/index.html';
  try {
    const content = await readFile(join(DIST, name));
    response.writeHead(200, {
      'content-type': TYPES[extname(name)] ?? 'application/octet-stream',
    });
    response.end(content);
  } catch {
    response.writeHead(404);
    response.end();
  }
}
