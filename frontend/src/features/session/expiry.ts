import { useSyncExternalStore } from 'react';

/**
 * Whether the server said, since the page was opened, that the session has ended.
 * The client reports it, the frame shows the sign-in dialog over the page, and what was typed stays.
 */
let expired = false;
const watchers = new Set<() => void>();

function set(next: boolean) {
  expired = next;
  for (const watcher of watchers) watcher();
}

export const reportExpiry = () => set(true);
export const clearExpiry = () => set(false);

function watch(watcher: () => void) {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

export function useExpired(): boolean {
  return useSyncExternalStore(watch, () => expired);
}
