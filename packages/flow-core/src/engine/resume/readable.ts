/** Whether a resumed run can read what it takes over. One that begins on damaged data would fail, and stay behind. */
import { statSync } from 'node:fs';
import { FlowError } from '../../definition/errors';
import { ancestors, type Graph } from '../../definition/graph';
import { type Kv, scan } from '../../store/kv';
import { IN_FILES, unpackArtifact } from '../../store/records';
import { keys, nameOfKey, prefixRange } from '../../store/row-keys';
import type { RunRow } from '../../store/rows';
import type { Store } from '../../store/store';
import type { StandIns } from '../record/stand-ins';
import type { LostTasks } from './lost-tasks';

export interface ReadableOptions {
  graph: Graph;
  store: Store;
  origin: RunRow;
  /** This step is executed again, and what follows it. */
  from?: string;
  /** What the origin took over from other runs lies there. */
  standIns: StandIns;
  /** What is known to be lost is executed again, too. */
  lost: LostTasks | undefined;
}

/**
 * Looks at each artifact that the origin stored, or took over, without its bytes.
 * @throws FlowError FLOW_STORE_CORRUPT
 */
export async function requireReadable(options: ReadableOptions): Promise<void> {
  const { graph, store, origin, lost } = options;
  const { flow, run, contents } = origin;
  const steps = [...graph.steps.keys()].filter((name) => !isExecuted(options, name));
  for (const step of ['params', ...steps]) {
    let found = 0;
    for await (const [key, value] of artifactsOf(store.kv, flow, run, step)) {
      found++;
      const [, , , , task] = key.split('/');
      const isKnown = lost?.tasks.has(`${step}/${Number(task)}`) || keys.isParam(key);
      if (value.length > 0 && !isKnown) requireFile(store, key, unpackArtifact(value), origin);
    }
    const [recorded] = contents?.[step]?.artifact ?? [found];
    if (found < recorded)
      throw damaged(`has ${found} of the ${recorded} artifacts of ${flow}/${run}/${step}`, step, origin);
    for (const other of options.standIns.runs()) await requireTaken(options, other, step);
  }
}

/** The same of what the origin took over of one step from another run. */
async function requireTaken(
  { store, origin, lost, standIns }: ReadableOptions,
  run: number,
  step: string,
): Promise<void> {
  const { flow } = origin;
  const taken = [...standIns.of(run, step)].filter(([, { own }]) => !lost?.tasks.has(`${step}/${own}`));
  if (taken.length === 0) return;
  const shown = new Map(taken.map(([task, { shows }]) => [task, shows]));
  for await (const [key, value] of artifactsOf(store.kv, flow, run, step)) {
    const [, , , , task] = key.split('/');
    const left = shown.get(Number(task));
    if (left === undefined) continue;
    shown.set(Number(task), left - 1);
    if (value.length > 0) requireFile(store, key, unpackArtifact(value), origin);
  }
  for (const [task, left] of shown)
    if (left > 0) throw damaged(`has lost artifacts of ${flow}/${run}/${step}/${task}`, step, origin);
}

function isExecuted({ graph, from }: ReadableOptions, name: string): boolean {
  return from !== undefined && ancestors(graph, name).has(from);
}

const artifactsOf = (kv: Kv, flow: string, run: number, step: string) =>
  scan(kv, { ...prefixRange(keys.artifacts(flow, run, step)), having: IN_FILES });

function requireFile(
  { cas }: Store,
  key: string,
  { hash, size }: ReturnType<typeof unpackArtifact>,
  origin: RunRow,
): void {
  if (hash === undefined) return;
  const path = cas.path?.(hash);
  const bytes = path === undefined ? undefined : statSync(path, { throwIfNoEntry: false })?.size;
  const isThere = path === undefined ? cas.has(hash) : bytes === size;
  const [, , , step = ''] = key.split('/');
  if (!isThere)
    throw damaged(
      `${bytes === undefined ? 'has lost' : `has ${bytes} of the ${size} bytes of`} ${nameOfKey(key)}`,
      step,
      origin,
    );
}

function damaged(what: string, step: string, { flow, run }: RunRow): FlowError {
  return new FlowError(
    'FLOW_STORE_CORRUPT',
    `The store is damaged: it ${what}, which the run would take over. Nothing was recorded: execute the step again by nx-flow resume ${flow} ${run}/${step}, import the run from an export, or restore the store from a copy.`,
    { exit: 1 },
  );
}
