import { useEffect, useSyncExternalStore } from 'react';
import type { Client } from 'urql';
import { rememberedProject } from '@/features/session/project';
import { callDoor } from '@/shared/graphql/errors';
import { ResumeQuery } from './importQueries';
import { ImportUpload, type UploadDoor, type UploadState } from './importUpload';

/** Files on their way, by import: they go on while other pages of the console are open. */
const uploads = new Map<string, ImportUpload>();
const listeners = new Set<() => void>();

function doorTo(client: Client, id: string): UploadDoor {
  const project = rememberedProject();
  return {
    put: async (offset, part, signal) => {
      const answer = await callDoor(`/v1/import/${id}?offset=${offset}`, {
        method: 'PUT',
        body: part,
        signal,
        headers: {
          'content-type': 'text/csv',
          ...(project ? { 'X-Tidings-Project': project } : {}),
        },
      });
      return 'fault' in answer ? (answer.fault ?? null) : null;
    },
    readOffset: async () => {
      const { data } = await client
        .query(ResumeQuery, { id }, { requestPolicy: 'network-only' })
        .toPromise();
      return data?.node?.__typename === 'DataImport' ? Number(data.node.resumeAt) : null;
    },
    wait: (ms, signal) =>
      new Promise((done) => {
        const timer = setTimeout(done, ms);
        signal.addEventListener('abort', () => {
          clearTimeout(timer);
          done();
        });
      }),
  };
}

/** Begins to send a file, or goes on with it from where the server has it. */
export function startUpload(client: Client, id: string, file: File, offset: number): void {
  const upload = new ImportUpload(file, offset, doorTo(client, id));
  uploads.set(id, upload);
  for (const listener of listeners) listener();
  void upload.run();
}

export function stopUpload(id: string): void {
  uploads.get(id)?.pause();
  uploads.delete(id);
  for (const listener of listeners) listener();
}

function subscribeToList(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const NOTHING = () => () => {};

/** The upload of an import in this browser, if there is one, and how far it is. */
export function useUploadOf(id: string): {
  upload: ImportUpload | null;
  state: UploadState | null;
} {
  const upload = useSyncExternalStore(subscribeToList, () => uploads.get(id) ?? null);
  const state = useSyncExternalStore(
    upload?.subscribe ?? NOTHING,
    () => upload?.snapshot() ?? null,
  );
  const isSending = state?.phase === 'sending' || state?.phase === 'waiting';
  useEffect(
    function warnBeforeLeaving() {
      if (!isSending) return;
      const ask = (event: BeforeUnloadEvent) => event.preventDefault();
      window.addEventListener('beforeunload', ask);
      return () => window.removeEventListener('beforeunload', ask);
    },
    [isSending],
  );
  return { upload, state };
}
