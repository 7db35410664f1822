/** Finds the run, step or tasks that a reading command is about. */
import { latestRun, requireRun } from '../engine/record/find-run';
import { allLostOf, orLost } from '../engine/record/lost';
import { noTask, noTasks, requireStepIn } from '../engine/task/not-found';
import type { Pathspec } from '../store/pathspec';
import type { RunRow, TaskRow } from '../store/rows/rows';
import type { Store } from '../store/store';
import type { Recorded } from './reading';
import type { Output } from './render/output';

/** How many tasks a sentence can be about: one more than it names. */
const NAMED = 6;

/** How many lost records are named. */
const SHOWN = 20;

/** The run of a pathspec, by default the newest of the namespace. @throws FlowError FLOW_RUN_NOT_FOUND */
export function runOf({ store, flow, namespace }: Recorded, { run }: Pathspec): Promise<RunRow> {
  return run === undefined ? latestRun(store, flow, namespace) : requireRun(store, flow, run);
}

/** A line on stderr for each record of the run that is lost, so that nobody takes what is there for all of it. */
export async function noteLost(store: Store, run: RunRow, { note, colors }: Output): Promise<string[]> {
  const lost = await allLostOf(store, run);
  for (const line of lost.slice(0, SHOWN)) note(`${colors.yellow('!')} ${line}\n`);
  if (lost.length > SHOWN) note(`${colors.yellow('!')} ${lost.length - SHOWN} more are lost\n`);
  return lost;
}

/** @throws FlowError FLOW_STEP_NOT_FOUND */
export function requireRunStep(run: RunRow, step: string): void {
  requireStepIn(
    `${run.flow}/${run.run}`,
    run.steps.map(({ name }) => name),
    step,
  );
}

/** The named task, or else the first one of the step. @throws FlowError FLOW_TASK_NOT_FOUND */
export async function taskOf(
  store: Store,
  run: RunRow,
  spec: Pathspec & { step: string },
): Promise<{ row: TaskRow; others: number }> {
  requireRunStep(run, spec.step);
  const { step, task } = spec;
  if (task === undefined) {
    const first = await store.firstTask(run.flow, run.run, step);
    if (!first) throw await orLost(noTasks(`${run.flow}/${run.run}/${step}`), store, run, step);
    return { row: first, others: (await countTasks(store, run, step)) - 1 };
  }
  const row = await store.task(run.flow, run.run, step, task);
  if (row) return { row, others: 0 };
  const there: number[] = [];
  for await (const other of store.tasks(run.flow, run.run, step)) if (there.push(other.task) === NAMED) break;
  throw await orLost(noTask({ flow: run.flow, run: run.run, step, task }, there), store, run, step);
}

/** A run that has ended knows how many there are. */
async function countTasks(store: Store, { flow, run, contents }: RunRow, step: string): Promise<number> {
  if (contents) return contents[step]?.task?.[0] ?? 1;
  let count = 0;
  for await (const _ of store.tasks(flow, run, step)) count++;
  return count;
}
