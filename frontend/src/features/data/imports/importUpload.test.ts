import { expect, test } from 'vitest';
import type { Fault } from '@/shared/graphql/errors';
import { CHUNK_BYTES, isSameFile, nextChunk, percentOf, retryDelay } from './chunks';
import { ImportUpload, type UploadDoor } from './importUpload';

const MIB = 1024 * 1024;
const fault = (code: string): Fault => ({ code, reason: '', message: code, fields: [] });

test('a file goes up in parts, from where the server has it', () => {
  expect(nextChunk(10 * MIB, 0)).toEqual({ start: 0, end: CHUNK_BYTES });
  expect(nextChunk(10 * MIB, 9 * MIB)).toEqual({ start: 9 * MIB, end: 10 * MIB });
  expect(nextChunk(10 * MIB, 10 * MIB)).toBeNull();
});

test('percent is 100 only at the end, and waits grow to half a minute', () => {
  expect([percentOf(999, 1000), percentOf(1000, 1000), percentOf(5, 0)]).toEqual([99, 100, 0]);
  expect([1, 2, 3, 10].map(retryDelay)).toEqual([1000, 2000, 4000, 30_000]);
});

test('only the same file goes on', () => {
  const before = { fileName: 'a.csv', size: '12' };
  expect(isSameFile({ name: 'a.csv', size: 12 }, before)).toBe(true);
  expect(isSameFile({ name: 'a.csv', size: 13 }, before)).toBe(false);
  expect(isSameFile({ name: 'b.csv', size: 12 }, before)).toBe(false);
});

interface Server extends UploadDoor {
  received: number;
  waits: number[];
}

/** A server that answers each part by a script; what is not in it is taken. */
function serverWith(script: (Fault | 'LOST_ANSWER' | null)[]): Server {
  const server: Server = {
    received: 0,
    waits: [],
    put: async (offset, part) => {
      const step = script.shift() ?? null;
      if (step && step !== 'LOST_ANSWER') return step;
      expect(offset).toBe(server.received);
      server.received += part.size;
      return step === 'LOST_ANSWER' ? fault('NETWORK') : null;
    },
    readOffset: async () => server.received,
    wait: async (ms) => {
      server.waits.push(ms);
    },
  };
  return server;
}

const file = new File([new Uint8Array(9 * MIB)], 'a.csv');

test('broken connections are waited out, and a part whose answer was lost is not sent twice', async () => {
  const server = serverWith([null, fault('NETWORK'), fault('UNAVAILABLE'), 'LOST_ANSWER']);
  const upload = new ImportUpload(file, 0, server);
  await upload.run();
  expect(server.received).toBe(9 * MIB);
  expect(server.waits).toEqual([1000, 2000]);
  expect(upload.snapshot()).toMatchObject({ phase: 'done', sent: 9 * MIB, fault: null });
});

test('a refusal stops it, and it says which', async () => {
  const server = serverWith([null, fault('FORBIDDEN')]);
  const upload = new ImportUpload(file, 0, server);
  await upload.run();
  expect(upload.snapshot()).toMatchObject({
    phase: 'stopped',
    sent: CHUNK_BYTES,
    fault: { code: 'FORBIDDEN' },
  });
});

test('paused in the middle it goes on from the same place', async () => {
  const server = serverWith([]);
  const upload = new ImportUpload(file, 0, server);
  const stop = upload.subscribe(() => {
    if (upload.snapshot().sent === CHUNK_BYTES) upload.pause();
  });
  await upload.run();
  expect(upload.snapshot().phase).toBe('paused');
  stop();
  server.received = upload.snapshot().sent;
  await upload.run();
  expect(upload.snapshot().phase).toBe('done');
});
