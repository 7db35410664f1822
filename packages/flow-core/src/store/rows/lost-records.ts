/** Records that were damaged, and that a repair of the store found lost: who asks for one hears that, and what helps. */
import { FlowError } from '../../definition/errors';
import { type Kv, scan, valuesOf } from '../kv/kv';
import { keys, nameOfKey, prefixRange } from '../kv/row-keys';
import { fromJson } from './json';
import type { LostRow } from './missing-rows';
import type { RunRow } from './rows';
import { lostAlone } from './twins';

/** A lost record of a run. */
export interface LostRecord extends LostRow {
  /** The key that it had. */
  key: string;
}

/** The kinds of records that a run has. */
const KINDS = ['artifact', 'card', 'code', 'log', 'part', 'run', 'tag', 'task'];

/** What is lost of a run, as its row says whether something is. */
export async function lostRecords(
  kv: Pick<Kv, 'range'>,
  { flow, run, repaired }: Pick<RunRow, 'flow' | 'run' | 'repaired'>,
): Promise<LostRecord[]> {
  return repaired === undefined ? [] : lostOfRun(kv, flow, run);
}

/** The same of a run whose row may be gone. */
export async function lostOfRun(kv: Pick<Kv, 'range'>, flow: string, run: number): Promise<LostRecord[]> {
  const lost: LostRecord[] = [];
  for (const kind of KINDS) {
    const prefix = keys.lost(keys.run(flow, run).replace(/^run/, kind));
    for await (const [key, value] of scan(kv, prefixRange(prefix))) lost.push(lostRecord(key, value));
  }
  return lost;
}

/** @param key of the mark */
export function lostRecord(key: string, value: Uint8Array): LostRecord {
  return { ...(fromJson<LostRow>(value) as LostRow), key: key.slice(keys.lost('').length) };
}

/**
 * Call for records that are not there.
 * @throws FlowError FLOW_STORE_CORRUPT for the first that is lost
 */
export async function requireNotLost(kv: Kv, missing: readonly string[]): Promise<void> {
  const found = await valuesOf(kv, missing.map(keys.lost));
  for (const [i, value] of found.entries())
    if (value) {
      const lost = lostRecord(keys.lost(missing[i] as string), value);
      const [, flow = '', run] = lost.key.split('/');
      const [removed] = await valuesOf(kv, [keys.removed(flow, Number(run))]);
      const message = `${nameOfLost(lost)} ${whatHelps(lost, removed && { resume: 'unknown' })}`;
      throw new FlowError('FLOW_STORE_CORRUPT', message, { exit: 1 });
    }
  const [alone] = await lostAlone(kv, missing);
  if (alone !== undefined) throw notThere(alone);
}

/** The error for a record that is not there, as its twin says; no repair has looked at it. */
export function notThere(key: string): FlowError {
  const lost: LostRecord = { key, at: Date.now(), unrepaired: true };
  return new FlowError('FLOW_STORE_CORRUPT', `${nameOfLost(lost)} ${whatHelps(lost)}`, { exit: 1 });
}

/** `movies/12/train/3`; where only their number is known, `2 tasks of movies/12/train`. */
export function nameOfLost({ key, count, end }: LostRecord): string {
  if (count === undefined) return `${end ? 'the end of ' : ''}${nameOfKey(key)}`;
  const [kind = ''] = key.split('/');
  const where = nameOfKey(key.slice(0, -1)).replace(/^(the output|a card|the part in a shared card) of /, '');
  const one =
    { task: 'task', artifact: 'artifact', card: 'card', part: 'part of a shared card' }[kind] ??
    'piece of output';
  const some = count === 1 ? `1 ${one}` : `${count} ${one.replace(/^\w+/, '$&s')}`;
  return `${some} of ${where}`;
}

/** By which runs a lost record is made again, where its own run is not the one to resume. */
export interface Remedy {
  /** The run to resume. None where the record's run was removed, and no other needs it; unknown where nobody looked who does. */
  resume?: number | 'unknown';
  /** The runs that need it: with the last of them its line goes. */
  remove?: readonly number[];
}

/** The rest of a sentence that begins with its name: `is lost: the store was damaged, and …`. */
export function whatHelps(lost: LostRecord, remedy?: Remedy): string {
  const { at, count = 1, hash, unrepaired } = lost;
  const day = new Date(at).toISOString().slice(0, 10);
  if (unrepaired)
    return `is lost: the store was damaged, as was found on ${day}. Salvage what is whole by nx-flow verify --repair, import the run from an export, or run the flow again.`;
  const what = hash === undefined ? `${count === 1 ? 'is' : 'are'} lost` : 'has lost its bytes';
  return `${what}: the store was damaged, and repaired on ${day}. ${helpFor(lost, remedy)}`;
}

function helpFor({ key, end }: LostRecord, remedy?: Remedy): string {
  const [kind = '', flow = '', number = ''] = key.split('/');
  const run = Number(number);
  if (remedy && remedy.resume === undefined)
    return `${flow}/${run} was removed, and no other run needs it: nx-flow gc removes this line.`;
  if (remedy?.resume === 'unknown')
    return `${flow}/${run} was removed: nx-flow verify names the run to resume, which executes it again.`;
  const { resume, remove } = { resume: run, remove: [run], ...(remedy ? { remove: [], ...remedy } : {}) };
  const help = HELP[keys.isParam(key) ? 'param' : end ? 'task' : kind];
  return (
    help?.(`${flow} ${resume}`, [flow, ...remove].join(' '), remove.length) ??
    'Restore the store from a copy.'
  );
}

/** @param remove the flow, and the runs with which the line goes */
function again(run: string, remove: string, runs: number): string {
  const help = `Execute it again by nx-flow resume ${run}, import the run from an export, or restore the store from a copy.`;
  if (runs === 0) return help;
  return `${help} nx-flow rm ${remove} removes ${runs === 1 ? 'the run' : 'the runs that need it'}, and this line with ${runs === 1 ? 'it' : 'them'}.`;
}

const HELP: Record<string, typeof again> = {
  task: again,
  artifact: again,
  param: (run) =>
    `Give it again, by nx-flow resume ${run} --params.<name>=<value>, import the run from an export, or restore the store from a copy.`,
  log: () => 'Nothing else of the run needs it.',
  card: () => 'Nothing else of the run needs it.',
  part: () => 'Nothing else of the run needs it.',
  code: () => 'Nothing else of the run needs it: nx-flow why cannot tell what has changed since.',
  tag: (run) => `Give it again by nx-flow tag ${run}.`,
  run: () => 'Import it from an export, or run the flow again.',
};
