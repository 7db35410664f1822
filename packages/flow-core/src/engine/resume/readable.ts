/** Whether a resumed run can read what it takes over. One that begins on damaged data would fail, and stay behind. */

import { FlowError } from '../../definition/errors';
import { statAt } from '../../environment/look';
import { type Kv, scan } from '../../store/kv/kv';
import { keys, nameOfKey, prefixRange } from '../../store/kv/row-keys';
import { IN_FILES, unpackArtifact } from '../../store/rows/records';
import type { RunRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import type { StandIns } from '../record/stand-ins';
import { labelOf } from '../task/label';
import type { Resumed } from './executed-tasks';
import { isExecuted, reachedSteps } from './takeover';

export interface ReadableOptions extends Resumed {
  /** What the origin took over from other runs lies there. */
  standIns: StandIns;
}

/**
 * Looks at each artifact that the origin stored, or took over, without its bytes.
 * @throws FlowError FLOW_STORE_CORRUPT
 */
export async function requireReadable(options: ReadableOptions): Promise<void> {
  const { standIns } = options;
  const again = new Again(options);
  const steps = reachedSteps(options).filter((name) => !isExecuted(options, name));
  for (const step of ['params', ...steps]) {
    await requireOwn(options, step, again);
    for (const other of standIns.runs()) await requireTaken(options, other, step, again);
  }
}

/** Which tasks are executed again: they are looked for only where something is missing. */
class Again {
  readonly #resumed: Resumed;
  #tasks: Promise<ReadonlySet<string>> | undefined;

  constructor(resumed: Resumed) {
    this.#resumed = resumed;
  }

  async has(label: string): Promise<boolean> {
    if (this.#resumed.lost?.tasks.has(label)) return true;
    this.#tasks ??= import('./executed-tasks').then(({ executedTasks }) => executedTasks(this.#resumed));
    return (await this.#tasks).has(label);
  }
}

async function requireOwn({ store, origin }: ReadableOptions, step: string, again: Again): Promise<void> {
  const { flow, run, contents } = origin;
  const found = new Map<number, number>();
  let all = 0;
  for await (const [key, value] of artifactsOf(store.kv, flow, run, step)) {
    const task = Number(key.split('/')[4]);
    found.set(task, (found.get(task) ?? 0) + 1);
    all++;
    if (value.length === 0 || keys.isParam(key)) continue;
    const damage = damageOf(store, key, unpackArtifact(value));
    if (damage !== undefined && !(await again.has(`${step}/${task}`))) throw damaged(damage, step, origin);
  }
  const [recorded] = contents?.[step]?.artifact ?? [all];
  if (all >= recorded) return;
  for await (const row of store.tasks(flow, run, step))
    if (row.origin === undefined && (found.get(row.task) ?? 0) < row.stored.length)
      if (!(await again.has(labelOf(row))))
        throw damaged(`has ${all} of the ${recorded} artifacts of ${flow}/${run}/${step}`, step, origin);
}

/** The same of what the origin took over of one step from another run. */
async function requireTaken(
  { store, origin, standIns }: ReadableOptions,
  run: number,
  step: string,
  again: Again,
): Promise<void> {
  const { flow } = origin;
  const taken = new Map(standIns.of(run, step));
  if (taken.size === 0) return;
  const shown = new Map([...taken].map(([task, { shows }]) => [task, shows]));
  const isAgain = (task: number) => again.has(`${step}/${taken.get(task)?.own}`);
  for await (const [key, value] of artifactsOf(store.kv, flow, run, step)) {
    const task = Number(key.split('/')[4]);
    const left = shown.get(task);
    if (left === undefined) continue;
    shown.set(task, left - 1);
    const damage = value.length === 0 ? undefined : damageOf(store, key, unpackArtifact(value));
    if (damage !== undefined && !(await isAgain(task))) throw damaged(damage, step, origin);
  }
  for (const [task, left] of shown)
    if (left > 0 && !(await isAgain(task)))
      throw damaged(`has lost artifacts of ${flow}/${run}/${step}/${task}`, step, origin);
}

const artifactsOf = (kv: Kv, flow: string, run: number, step: string) =>
  scan(kv, { ...prefixRange(keys.artifacts(flow, run, step)), having: IN_FILES });

/** What is wrong with the bytes of an artifact, if anything. */
function damageOf(
  { cas }: Store,
  key: string,
  { hash, size, blobs }: ReturnType<typeof unpackArtifact>,
): string | undefined {
  if (hash === undefined) return undefined;
  const path = cas.path?.(hash);
  const bytes = path === undefined ? undefined : statAt(path)?.size;
  if (path === undefined ? cas.has(hash) : bytes === size) return undefined;
  if (bytes === undefined && blobs) return undefined;
  return `${bytes === undefined ? 'has lost' : `has ${bytes} of the ${size} bytes of`} ${nameOfKey(key)}`;
}

function damaged(what: string, step: string, { flow, run }: RunRow): FlowError {
  return new FlowError(
    'FLOW_STORE_CORRUPT',
    `The store is damaged: it ${what}, which the run would take over. Nothing was recorded: execute the step again by nx-flow resume ${flow} ${run}/${step}, import the run from an export, or restore the store from a copy.`,
    { exit: 1 },
  );
}
