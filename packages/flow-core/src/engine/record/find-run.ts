/** Finds a run by its number, or the newest of a namespace; says what there is where there is none. */
import { FlowError } from '../../definition/errors';
import { runRemoved } from '../../store/rows/removed';
import type { RunRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';

/** How many runs or namespaces a sentence names. */
const NAMED = 5;

/** A run by its number, whosever it is. @throws FlowError FLOW_RUN_NOT_FOUND, FLOW_RUN_REMOVED */
export async function requireRun(store: Store, flow: string, run: number): Promise<RunRow> {
  const row = await store.run(flow, run);
  if (row) return row;
  const removed = await store.removed(flow, run);
  if (removed) throw runRemoved(flow, run, removed);
  const newest = await first(NAMED, store.runs(flow));
  const numbers = newest.map((r) => r.run).join(', ');
  const there = numbers === '' ? 'It has no runs yet.' : `Its newest runs: ${numbers}.`;
  throw new FlowError('FLOW_RUN_NOT_FOUND', `There is no run ${flow}/${run}. ${there}`);
}

/** The newest run. @param namespace undefined for everybody's @throws FlowError FLOW_RUN_NOT_FOUND */
export async function latestRun(store: Store, flow: string, namespace: string | undefined): Promise<RunRow> {
  const row = await store.latest(flow, namespace);
  if (row) return row;
  throw await noRun(store, flow, namespace, 'no run');
}

/** @param what was looked for: `no run`, `no run that is done` */
export async function noRun(
  store: Store,
  flow: string,
  namespace: string | undefined,
  what: string,
): Promise<FlowError> {
  const where = await inNamespace(store, flow, namespace);
  return new FlowError(
    'FLOW_RUN_NOT_FOUND',
    `${flow} has ${what}${where.yet}: nx-flow run ${flow}${where.others}`,
  );
}

/** The parts of a sentence about a namespace without such a run: where that is, and where there are some. */
export async function inNamespace(
  store: Store,
  flow: string,
  namespace: string | undefined,
): Promise<{ yet: string; others: string }> {
  if (namespace === undefined) return { yet: ' yet', others: '' };
  const yet = ` in the namespace ${namespace} yet`;
  const all = await first(NAMED + 1, store.namespaces(flow));
  const others = all.filter((name) => name !== namespace);
  if (others.length === 0) return { yet, others: '' };
  const named = `${others.slice(0, NAMED).join(', ')}${others.length > NAMED ? ', …' : ''}`;
  return {
    yet,
    others: `. There are runs in ${named}: --namespace=everybody (in code, namespace: null) finds those too.`,
  };
}

async function first<T>(count: number, items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) if (found.push(item) === count) break;
  return found;
}
