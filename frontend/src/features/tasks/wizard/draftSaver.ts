import type { Fault } from '@/shared/graphql/errors';
import type { TaskInput } from './taskForm';

export interface Draft {
  id: string;
  version: number;
}

/** Where the author's words are. Only `saved` means that the server holds all of them. */
export type SaveState =
  | { kind: 'untouched' }
  | { kind: 'dirty' }
  | { kind: 'saving' }
  | { kind: 'saved'; at: string }
  /** Something in the form cannot be kept, so nothing is: the fields say what. */
  | { kind: 'held' }
  | { kind: 'failed'; fault: Fault }
  /** Somebody else saved this draft meanwhile, or it is no draft any more. */
  | { kind: 'conflict'; fault: Fault };

type Stored = { draft: Draft; at: string } | { fault: Fault };

export interface DraftPorts {
  /** The form as it is now; null while it holds something that no draft can. */
  read: () => TaskInput | null;
  create: (input: TaskInput) => Promise<Stored>;
  save: (draft: Draft, input: TaskInput) => Promise<Stored>;
  onState: (state: SaveState) => void;
  onCreated: (draft: Draft) => void;
  onRefused: (fault: Fault) => void;
  /** Milliseconds of rest before a save. */
  delay: number;
}

export interface DraftSaver {
  /** The form changed: save after a rest. */
  touch: () => void;
  /** Saves now what is not saved; true when the server then holds everything. */
  flush: () => Promise<boolean>;
  /** Goes on from another version: theirs after a conflict. */
  adopt: (draft: Draft, at: string) => void;
  /** Overwrites what was saved meanwhile with what is in the form. */
  overwrite: (draft: Draft) => Promise<boolean>;
  draft: () => Draft | null;
  /** Whether the form holds words that the server does not. */
  isDirty: () => boolean;
  /** The page has gone: nothing is saved or reported any more, until it comes back. */
  stop: () => void;
  resume: () => void;
}

/** Words for a save that cannot go on without the author's decision. */
export function isConflict(fault: Fault): boolean {
  return fault.code === 'CONFLICT' && fault.fields.length === 0 && fault.reason !== 'NAME_TAKEN';
}

/**
 * Keeps a draft on the server: after a rest, one save at a time, only when
 * something changed, the first one creating the draft. It knows no React and
 * no clock of its own but setTimeout.
 */
export function createDraftSaver(ports: DraftPorts, start: Draft | null): DraftSaver {
  let draft = start;
  let dirty = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: Promise<boolean> | null = null;
  let stopped = false;
  let conflicted = false;
  let lastSaved: string | null = null;

  function report(state: SaveState) {
    if (!stopped) ports.onState(state);
  }

  function schedule() {
    clearTimeout(timer);
    timer = setTimeout(() => void flush(), ports.delay);
  }

  async function store(): Promise<boolean> {
    const input = ports.read();
    if (!input) {
      report({ kind: 'held' });
      return false;
    }
    const text = JSON.stringify(input);
    dirty = false;
    report({ kind: 'saving' });
    const result = draft ? await ports.save(draft, input) : await ports.create(input);
    if ('fault' in result) {
      dirty = true;
      refuse(result.fault);
      return false;
    }
    const isNew = draft === null;
    draft = result.draft;
    lastSaved = text;
    if (isNew && !stopped) ports.onCreated(result.draft);
    report(dirty ? { kind: 'dirty' } : { kind: 'saved', at: result.at });
    return !dirty;
  }

  function refuse(fault: Fault) {
    if (isConflict(fault)) {
      conflicted = true;
      report({ kind: 'conflict', fault });
    } else if (fault.fields.length > 0 || fault.code === 'CONFLICT' || fault.code === 'INVALID') {
      report({ kind: 'held' });
      if (!stopped) ports.onRefused(fault);
    } else {
      report({ kind: 'failed', fault });
    }
  }

  async function flush(): Promise<boolean> {
    clearTimeout(timer);
    if (running !== null) await running;
    if (conflicted) return false;
    if (!dirty) return draft !== null;
    running = store();
    try {
      return await running;
    } finally {
      running = null;
    }
  }

  return {
    touch: () => {
      const input = ports.read();
      // Typed and taken back again: nothing to save.
      if (!running && input && JSON.stringify(input) === lastSaved && !dirty) return;
      dirty = true;
      if (conflicted) return;
      if (!running) report({ kind: 'dirty' });
      schedule();
    },
    flush,
    adopt: (next, at) => {
      clearTimeout(timer);
      draft = next;
      dirty = false;
      conflicted = false;
      lastSaved = null;
      report({ kind: 'saved', at });
    },
    overwrite: (next) => {
      draft = next;
      dirty = true;
      conflicted = false;
      return flush();
    },
    draft: () => draft,
    isDirty: () => dirty || running !== null,
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
    resume: () => {
      stopped = false;
      if (dirty) schedule();
    },
  };
}
