/** The names of a run's parameters, which are stored as artifacts. */

import { scan } from '../kv/kv';
import { keys, prefixRange } from '../kv/row-keys';
import { Tally } from './contents';
import { type Runs, requireWholeRun } from './whole';

/** @throws FlowError FLOW_STORE_CORRUPT, FLOW_RUN_REMOVED */
export async function paramNames(store: Runs, flow: string, run: number): Promise<string[]> {
  const names: string[] = [];
  const tally = new Tally();
  for await (const [key, value] of scan(store.kv, prefixRange(keys.params(flow, run)))) {
    tally.add(key, value);
    names.push(decodeURIComponent(key.slice(key.lastIndexOf('/') + 1)));
  }
  // They are counted together with the artifacts of a step of that name.
  const range = prefixRange(keys.artifacts(flow, run, 'params'));
  await requireWholeRun(store, 'artifact', { flow, run, step: 'params' }, range, tally);
  return names;
}
