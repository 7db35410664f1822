/** What a store must have, since a row of it says so, and has not. It is never skipped: a value would be gone unseen. */
import { FlowError } from '../../definition/errors';
import { keys, prefixRange } from '../../store/kv/row-keys';
import type { RunRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';

/**
 * FLOW_STORE_CORRUPT
 * @param what a pathspec, as a row refers to it: `movies/12/train/3/loss`
 * @param needed what refers to it
 */
export function lost(what: string, needed?: string): FlowError {
  const by = needed === undefined ? '' : `, which ${needed} needs`;
  return new FlowError(
    'FLOW_STORE_CORRUPT',
    `The store has lost ${what}${by}. Note what is lost by nx-flow verify --repair, so that nx-flow resume executes it again, or restore the store from a copy.`,
    { exit: 1 },
  );
}

/** What a repair of the store found lost of a run, or of a step, each as one sentence. */
export async function lostOf(store: Store, run: RunRow, step?: string): Promise<string[]> {
  if (run.repaired === undefined) return [];
  const { lostRecords, nameOfLost, whatHelps } = await import('../../store/rows/lost-records');
  return (await lostRecords(store.kv, run))
    .filter(({ key }) => step === undefined || key.split('/')[3] === step)
    .filter(({ hash }) => hash === undefined || !store.cas.has(hash))
    .map((one) => `${nameOfLost(one)} ${whatHelps(one)}`);
}

/** The same of a whole run, and of the tasks that it took over from others. */
export async function allLostOf(store: Store, run: RunRow): Promise<string[]> {
  const own = await lostOf(store, run);
  if (!(await anyLost(store, run))) return own;
  const [{ StandIns }, { takenLost }, { nameOfLost, whatHelps }] = await Promise.all([
    import('./stand-ins'),
    import('./taken-lost'),
    import('../../store/rows/lost-records'),
  ]);
  const taken = await takenLost(store, run, await StandIns.of(store, run));
  const lines = taken
    .filter(({ lost: { hash } }) => hash === undefined || !store.cas.has(hash))
    .map(({ lost }) => `${nameOfLost(lost)} ${whatHelps(lost, { resume: run.run })}`);
  return [...own, ...lines];
}

/** Whether a run took tasks over, and something is lost of the flow: mostly nothing is, and three look-ups say that. */
async function anyLost({ kv }: Store, { flow, origin, tasks }: RunRow): Promise<boolean> {
  if (origin === undefined && !tasks?.taken) return false;
  const kinds = ['artifact', 'card', 'log', 'part', 'task'].map((kind) =>
    prefixRange(keys.lost(`${kind}/${flow}/`)),
  );
  const found = await Promise.all(kinds.map((range) => kv.range({ ...range, limit: 1 })));
  return found.some((page) => page.length > 0);
}

/** How many of them to name. */
const NAMED = 3;

/** Some of them in one text. */
export function someLost(lost: readonly string[]): string {
  const more = lost.length > NAMED ? [`${lost.length - NAMED} more are lost.`] : [];
  return [...lost.slice(0, NAMED), ...more].join(' ');
}

/**
 * The error for a task that is not there; where a repair found tasks of its step lost, it says that.
 * @param none the error for one that never was
 */
export async function orLost(none: FlowError, store: Store, run: RunRow, step: string): Promise<FlowError> {
  const lost = await lostOf(store, run, step);
  if (lost.length === 0) return none;
  return new FlowError('FLOW_STORE_CORRUPT', `${none.message} ${someLost(lost)}`, { exit: 1 });
}
