/** Asks who holds or reads what is to be removed. */
import { keys } from '../../store/kv/row-keys';
import type { Store } from '../../store/store';

export interface RunNumber {
  flow: string;
  run: number;
}

/** Names that one question holds. */
const BATCH = 1000;

/** The names that are held; also those that somebody may be about to hold again, after a broker's start. */
export async function held(store: Store, names: readonly string[]): Promise<Set<string>> {
  const found = new Set<string>();
  for (let i = 0; i < names.length; i += BATCH) {
    const some = names.slice(i, i + BATCH);
    const states = await store.holds.states(some);
    for (const [n, name] of some.entries()) if (states[n] !== 'free') found.add(name);
  }
  return found;
}

/** Whether a command is known to read a run, or to look for one of its flow: not only one that may come back. */
export async function surelyRead(store: Store, { flow, run }: RunNumber): Promise<boolean> {
  const names = [keys.pin(flow, run), keys.fence(flow, run), keys.pin(flow)];
  return (await store.holds.states(names)).includes('held');
}

/** Of some runs, those that a command reads, or whose process still has the store open. */
export async function readRuns<R extends RunNumber>(store: Store, runs: readonly R[]): Promise<Set<R>> {
  const namesOf = ({ flow, run }: R) => [keys.pin(flow, run), keys.fence(flow, run)];
  const found = await held(store, runs.flatMap(namesOf));
  return new Set(runs.filter((one) => namesOf(one).some((name) => found.has(name))));
}

/** Also those that a command may be about to read: it looks for a run of the flow. */
export async function maybeRead<R extends RunNumber>(store: Store, runs: readonly R[]): Promise<Set<R>> {
  const flows = await held(store, [...new Set(runs.map(({ flow }) => keys.pin(flow)))]);
  const read = await readRuns(store, runs);
  return new Set(runs.filter((one) => read.has(one) || flows.has(keys.pin(one.flow))));
}
