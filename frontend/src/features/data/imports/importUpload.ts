import type { Fault } from '@/shared/graphql/errors';
import { isPassing, nextChunk, retryDelay } from './chunks';

export type UploadPhase = 'sending' | 'paused' | 'waiting' | 'stopped' | 'done';

export interface UploadState {
  phase: UploadPhase;
  /** Bytes that the server has. */
  sent: number;
  size: number;
  /** Why it waits or stopped. */
  fault: Fault | null;
}

export interface UploadDoor {
  /** Sends one part; answers with nothing or a refusal. */
  put: (offset: number, part: Blob, signal: AbortSignal) => Promise<Fault | null>;
  /** How much the server has; null when it does not answer. */
  readOffset: () => Promise<number | null>;
  wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

/**
 * Sends a file in parts, one after the other. After every failure it asks how much arrived and goes on from there,
 * so that a part which arrived but was not answered is not sent twice.
 */
export class ImportUpload {
  readonly file: File;
  private readonly door: UploadDoor;
  private readonly listeners = new Set<() => void>();
  private state: UploadState;
  private abort = new AbortController();

  constructor(file: File, offset: number, door: UploadDoor) {
    this.file = file;
    this.door = door;
    this.state = { phase: 'paused', sent: offset, size: file.size, fault: null };
  }

  subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = () => this.state;

  pause() {
    if (this.state.phase !== 'sending' && this.state.phase !== 'waiting') return;
    this.abort.abort();
    this.set({ phase: 'paused', fault: null });
  }

  /** Sends until all is there, somebody pauses, or the server refuses for good. */
  async run(): Promise<void> {
    if (this.state.phase === 'sending' || this.state.phase === 'done') return;
    const abort = new AbortController();
    this.abort = abort;
    this.set({ phase: 'sending', fault: null });
    let failures = 0;
    for (;;) {
      const part = nextChunk(this.file.size, this.state.sent);
      if (!part) return this.set({ phase: 'done', fault: null });
      const fault = await this.door.put(
        part.start,
        this.file.slice(part.start, part.end),
        abort.signal,
      );
      if (abort.signal.aborted) return;
      if (!fault) {
        failures = 0;
        this.set({ phase: 'sending', sent: part.end, fault: null });
        continue;
      }
      failures += 1;
      const offset = await this.door.readOffset();
      if (abort.signal.aborted) return;
      const hasMoved = offset !== null && offset !== this.state.sent;
      if (offset !== null) this.set({ sent: offset });
      if (hasMoved) continue;
      if (!isPassing(fault.code)) return this.set({ phase: 'stopped', fault });
      this.set({ phase: 'waiting', fault });
      await this.door.wait(retryDelay(failures), abort.signal);
      if (abort.signal.aborted) return;
      this.set({ phase: 'sending' });
    }
  }

  private set(change: Partial<UploadState>) {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }
}
