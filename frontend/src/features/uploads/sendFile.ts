import { type Fault, readFault } from '@/shared/graphql/errors';

/** The server takes no larger file (spec §9.5); asked here first, so that nobody waits for a refusal. */
export const MAX_BYTES = 100 * 1024 * 1024;

export interface Sending {
  done: Promise<{ id: string } | { fault: Fault } | { aborted: true }>;
  abort: () => void;
}

interface SendFile {
  file: File;
  channelId: string;
  project: string | null;
  onProgress: (percent: number) => void;
}

/** Sends a file as it is, by XMLHttpRequest: fetch does not tell how much has gone out. */
export function sendFile({ file, channelId, project, onProgress }: SendFile): Sending {
  const request = new XMLHttpRequest();
  const query = new URLSearchParams({ channel: channelId, name: file.name });
  const done = new Promise<Awaited<Sending['done']>>((resolve) => {
    request.upload.onprogress = ({ loaded, total }) =>
      onProgress(total > 0 ? Math.floor((loaded / total) * 100) : 0);
    request.onload = () => resolve(readAnswer(request.status, request.responseText));
    request.onerror = () =>
      resolve({ fault: { code: 'NETWORK', reason: '', message: 'no answer', fields: [] } });
    request.onabort = () => resolve({ aborted: true });
  });
  request.open('POST', `/upload?${query}`);
  request.setRequestHeader('Content-Type', 'text/csv');
  if (project) request.setRequestHeader('X-Tidings-Project', project);
  request.send(file);
  return { done, abort: () => request.abort() };
}

/** What the upload door answered; a proxy in front may refuse with a page instead of JSON. */
export function readAnswer(status: number, text: string): { id: string } | { fault: Fault } {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = null;
  }
  const record = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  if (status >= 200 && status < 300 && typeof record.id === 'string') return { id: record.id };
  if (record.error === undefined && status === 413)
    return { fault: { code: 'TOO_LARGE', reason: '', message: '', fields: [] } };
  return { fault: readFault(record.error, `HTTP ${status}`) };
}
