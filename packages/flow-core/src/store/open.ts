/** Opens the store of a folder through its broker. */
import { join, resolve } from 'node:path';
import { BrokerKv } from './broker/client';
import { FileCas } from './cas/cas';
import { MemoryCas } from './cas/memory-cas';
import { MemoryKv } from './kv/memory';
import { hasDatabase, NewKv } from './new-store';
import { Store } from './store';

/**
 * Opens the store of a folder. It begins to connect at once, in the background. One that is not there yet is made by
 * the first write.
 * @param patience milliseconds to wait for a broker that does not start; default 15,000
 * @throws FlowError FLOW_STORE_UNWRITABLE, FLOW_STORE_CORRUPT for one whose database is gone
 */
export function openStore(folder: string, patience?: number): Store {
  const path = resolve(folder);
  const kv = hasDatabase(path) ? BrokerKv.open(path, patience) : new NewKv(path, patience);
  return new Store(kv, new FileCas(join(path, 'cas')), kv.events, kv.holds);
}

/** A store in the memory of this process. */
export function memoryStore(): Store {
  return new Store(new MemoryKv(), new MemoryCas());
}
