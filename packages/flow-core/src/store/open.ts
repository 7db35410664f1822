/** Opens the store of a folder through its broker. */
import { join, resolve } from 'node:path';
import { BrokerKv } from './broker/client';
import { FileCas } from './cas';
import { MemoryKv } from './memory';
import { MemoryCas } from './memory-cas';
import { Store } from './store';

/**
 * The store of a folder. Connecting begins at once, in the background.
 * @param patience Milliseconds until a broker that does not come up is given up; default 15,000.
 * @throws FlowError FLOW_STORE_UNWRITABLE
 */
export function openStore(folder: string, patience?: number): Store {
  const path = resolve(folder);
  const kv = BrokerKv.open(path, patience);
  return new Store(kv, new FileCas(join(path, 'cas')), kv.events);
}

/** A store that is gone with the process. */
export function memoryStore(): Store {
  return new Store(new MemoryKv(), new MemoryCas());
}
