/** Brings back what the store has lost of a run that it has already, out of a file of that run. */
import { FlowError } from '../../definition/errors';
import type { Cas } from '../../store/cas/cas';
import type { Op } from '../../store/kv/kv';
import { cardsOf, partsOf } from '../../store/rows/cards';
import { isRecordKind, isWhole, Tally } from '../../store/rows/contents';
import type { RunRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import { exportRun } from './export';
import { opsOf } from './row';
import type { Stage } from './stage';
import { unlessDamaged } from './unless-damaged';
import { openValue } from './values';

export interface Mended {
  records: number;
  values: number;
}

/** A record of the file. */
interface Given {
  op: Op;
  /** It is just what the run recorded. */
  recorded: boolean;
}

/** Records that are compared together. */
const GROUP = 256;

/** Reads all that an export of a run would hold, with the bytes of its large values, and its output. */
export async function isWholeHere(
  store: Store,
  run: RunRow,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  if (run.status === 'running') return true;
  const sink = { write: async () => {} };
  const read = async () => {
    await exportRun({ store, run, sink, logs: false, ...(signal ? { signal } : {}) });
    for await (const _ of store.logs(run.flow, run.run));
    for await (const _ of cardsOf(store, run.flow, run.run));
    for await (const _ of partsOf(store, run.flow, run.run));
    return true;
  };
  return (await unlessDamaged(read())) === true;
}

/** Whether the bytes are there, and are those of their hash. */
export async function hasValue(cas: Cas, hash: string): Promise<boolean> {
  const read = async () => {
    for await (const _ of (await openValue(cas, hash)).pieces);
    return true;
  };
  return (await unlessDamaged(read())) === true;
}

/**
 * Puts the staged values into their places, and the records of a step that are exactly those that the run recorded at its end.
 * Of what it recorded no digest of, only what is gone comes back. Nothing else is changed.
 * @param stage the whole file's rows; of its values those that the store has not
 * @throws FlowError FLOW_STORE_CORRUPT where the run is not whole then
 */
export async function mend(
  store: Store,
  run: RunRow,
  stage: Stage,
  signal: AbortSignal | undefined,
): Promise<Mended> {
  const values = await stage.place();
  const given = new Tally();
  for await (const row of stage.rows()) given.addAll(opsOf(run.flow, run.run, row));
  let records = 0;
  let group: Given[] = [];
  const write = async () => {
    const lost = await lostOf(store, group);
    group = [];
    if (lost.length > 0) await store.commit(lost);
    records += lost.length;
  };
  for await (const row of stage.rows()) {
    for (const op of opsOf(run.flow, run.run, row)) {
      const recorded = isRecorded(run, op.key, given);
      if (recorded !== false) group.push({ op, recorded: recorded === true });
    }
    if (group.length >= GROUP) await write();
  }
  await write();
  if (!(await isWholeHere(store, run, signal))) throw stillLost(run, { records, values });
  return { records, values };
}

/** `2 records and 1 large value came back`. Empty where nothing did. */
export function whatCameBack({ records, values }: Mended): string {
  const some = (n: number, one: string) => (n === 0 ? [] : [`${n} ${one}${n === 1 ? '' : 's'}`]);
  const what = [...some(records, 'record'), ...some(values, 'large value')];
  return what.length === 0 ? '' : `${what.join(' and ')} came back`;
}

/**
 * Whether the file has of a step just what the run had at its end. Of an imported run that recorded none, the file's id speaks.
 * Undefined for what neither speaks of, such as the code.
 */
function isRecorded({ contents, imported }: RunRow, key: string, given: Tally): boolean | undefined {
  const [kind = '', , , step] = key.split('/');
  if (!isRecordKind(kind)) return undefined;
  if (contents) return isWhole(kind, contents, given, step);
  return imported !== undefined && (['log', 'card', 'part'].includes(kind) ? undefined : true);
}

/** Those that the store has not, or that are damaged there; of recorded ones also those that it has otherwise. */
async function lostOf({ kv }: Store, given: readonly Given[]): Promise<Op[]> {
  const found = await Promise.all(given.map(({ op }) => unlessDamaged(kv.get(op.key))));
  const isLost = ({ op, recorded }: Given, here: Uint8Array | undefined) =>
    !here || (recorded && !Buffer.from(op.value as string).equals(here));
  return given.filter((one, i) => isLost(one, found[i])).map(({ op }) => op);
}

function stillLost({ flow, run }: RunRow, mended: Mended): FlowError {
  const back = whatCameBack(mended);
  const what =
    back === '' ? 'which the file does not bring back' : `of which ${back} from the file, but not all`;
  const message = `${flow}/${run} is here already, and the store has lost some of it, ${what}. Give nx-flow verify --repair --read-data, and then import the file again, as a run of its own.`;
  return new FlowError('FLOW_STORE_CORRUPT', message, { exit: 1 });
}
