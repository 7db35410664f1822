/** The file beside the database that has the newest number of each flow: it must be there, and as it was written. */
import { type Kv, scan } from '../../store/kv/kv';
import { prefixRange } from '../../store/kv/row-keys';
import { damagedNumbers } from '../../store/level/numbers';
import type { StoreProblem } from './problem';

const FILE = 'numbers.json';
const COUNTERS = prefixRange('counter/');
const REPAIR =
  'Until nx-flow verify --repair writes it anew, the database alone says which numbers were taken.';

/** @param store its folder @param kv its database, where it can be opened */
export async function damagedNumbersFile(store: string, kv?: Kv): Promise<StoreProblem[]> {
  const damaged = damagedNumbers(store);
  if (damaged === 'missing') {
    const wasThere = kv !== undefined && (await kv.inspect({ ...COUNTERS, limit: 1 })).length > 0;
    return wasThere ? [{ where: FILE, message: `This file of the store is gone. ${REPAIR}` }] : [];
  }
  if (damaged === 'unreadable')
    return [{ where: FILE, message: `This file of the store is damaged: it is no JSON. ${REPAIR}` }];
  return damaged.map((counter) => ({
    where: FILE,
    message: `The newest number of ${counter.slice(counter.indexOf('/') + 1)} in this file is not the one that was written. ${REPAIR}`,
  }));
}

/** The newest number of each counter that the database knows. @throws FlowError FLOW_STORE_CORRUPT */
export async function numbersIn(kv: Kv): Promise<Map<string, number>> {
  const numbers = new Map<string, number>();
  for await (const [key, value] of scan(kv, COUNTERS))
    numbers.set(key, Number(Buffer.from(value).toString()));
  return numbers;
}
