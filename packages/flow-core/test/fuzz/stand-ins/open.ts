/** In the place of `store/open`: every command finds the store that a door has in memory. */

import { MemoryCas } from '../../../src/store/cas/memory-cas';
import { MemoryKv } from '../../../src/store/kv/memory';
import { Store } from '../../../src/store/store';

let at: Store | undefined;
/** Of persisted spins. */
let spins = memoryStore();

export function useStore(store: Store): void {
  if (at !== store) spins = memoryStore();
  at = store;
}

export function openStore(folder = ''): Store {
  return /[\\/]spin[\\/]/.test(folder) ? spins : (at as Store);
}

export function memoryStore(): Store {
  return new Store(new MemoryKv(), new MemoryCas());
}
