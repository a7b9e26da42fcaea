/** How much goes up in one request: little enough that a broken connection loses seconds, not minutes. */
export const CHUNK_BYTES = 4 * 1024 * 1024;

/** The next part of a file to be sent; null when all of it is there. */
export function nextChunk(size: number, offset: number): { start: number; end: number } | null {
  if (offset >= size) return null;
  return { start: offset, end: Math.min(size, offset + CHUNK_BYTES) };
}

/** Whole percent; 100 only when it is all. */
export function percentOf(part: number, size: number): number {
  return size <= 0 ? 0 : Math.min(100, Math.floor((part / size) * 100));
}

const FIRST_MS = 1000;
const LONGEST_MS = 30_000;

/** How long to wait before trying again, doubled each time. */
export function retryDelay(failures: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(0, failures - 1));
}

/** Whether a chosen file can be the one that was being sent. */
export function isSameFile(
  file: { name: string; size: number },
  before: { fileName: string; size: string },
): boolean {
  return file.name === before.fileName && file.size === Number(before.size);
}

/** Whether trying again can help: the connection broke, or the server was busy or away. */
export function isPassing(code: string): boolean {
  return ['NETWORK', 'UNAVAILABLE', 'LIMITED', 'INTERNAL'].includes(code);
}
