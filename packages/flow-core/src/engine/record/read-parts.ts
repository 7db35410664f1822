/** What the tasks of a run showed in cards that they had together: a task that was taken over, what the one that executed did. */
import { type Part, partsOf } from '../../store/rows/cards';
import type { RunRow, TaskRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import { labelOf, taskOf } from '../task/label';
import { refersToOthers } from './refers';

/** Of a task that was tried again, those of each attempt, the last one last. @throws FlowError FLOW_STORE_CORRUPT */
export async function* partsOfRun(
  store: Store,
  run: RunRow,
  step?: string,
): AsyncGenerator<Part, void, undefined> {
  yield* partsOf(store, run.flow, run.run, step);
  if (!refersToOthers(run)) return;
  // One look at each step of each run that gave some.
  const taken = new Map<string, Map<number, Taken>>();
  for await (const row of store.tasks(run.flow, run.run, step)) {
    if (row.origin === undefined) continue;
    const at = taskOf(run.run, row.origin);
    const from = labelOf({ step: at.step, task: at.run });
    taken.set(from, (taken.get(from) ?? new Map()).set(at.task, takenOf(row)));
  }
  for (const [from, tasks] of taken) {
    const { step: name, task: origin } = taskOf(0, from);
    const whole = (await store.run(run.flow, origin)) !== undefined;
    for await (const { task, attempt, id, part } of partsOf(store, run.flow, origin, name, whole)) {
      const here = tasks.get(task);
      if (here) yield { ...here.at, attempt, id, part: { ...part, ...here.place } };
    }
  }
}

/** Of an equal task of another run, the item may stand elsewhere. */
interface Taken {
  at: { step: string; task: number };
  place: { index: number[]; of?: number };
}

function takenOf({ step, task, stack }: TaskRow): Taken {
  const index = stack.map((frame) => frame.index);
  const [frame] = stack;
  const of = frame && stack.length === 1 ? { of: frame.count } : {};
  return { at: { step, task }, place: { index, ...of } };
}
