/** The store as the page reads it: for hours, and from the first to the last run. */
import type { Holds } from '../store/kv/holds';
import { hasDatabase } from '../store/new-store';
import { openStore } from '../store/open';
import { Store } from '../store/store';

/** How long a request waits for a broker that does not start. Milliseconds. */
const PATIENCE_MS = 5000;

/**
 * Opens a store that keeps no run from being removed: what a page has looked at once would stay until the page is closed. A run that
 * is removed while it is read is not there any more.
 * @throws FlowError FLOW_STORE_UNWRITABLE, FLOW_STORE_CORRUPT
 */
export function openPageStore(folder: string): Store {
  const { kv, cas, events, holds } = openStore(folder, PATIENCE_MS);
  const unpinned: Holds = {
    hold: (name) => holds.hold(name),
    states: (names) => holds.states(names),
    take: (name, surely) => holds.take(name, surely),
    pin() {},
  };
  return new Store(kv, cas, events, unpinned);
}

/** Whether the folder has a store: one that is not there is not made by who looks at it. */
export function hasStore(folder: string): boolean {
  return hasDatabase(folder);
}
