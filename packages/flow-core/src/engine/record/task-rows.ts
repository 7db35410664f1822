/** Reads the rows of tasks, and what they say of the artifacts that a task shows. */
import type { TaskRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import { taskOf } from '../task/label';

/** The artifacts that a task shows: their names, and the labels of the tasks that stored them. */
export function visibleNames(label: string, row: TaskRow): [name: string, at: string][] {
  const own = row.dropped ? row.stored.filter((name) => !row.dropped?.includes(name)) : row.stored;
  const names = Object.entries(row.inherited);
  for (const name of own) names.push([name, label]);
  return names;
}

/** The rows of tasks; mostly they are of one run, and then it is one look-up. */
export async function rowsOf(
  store: Store,
  flow: string,
  run: number,
  labels: readonly string[],
): Promise<(TaskRow | undefined)[]> {
  const addresses = labels.map((label) => taskOf(run, label));
  const here = addresses.every((address) => address.run === run);
  if (here) return store.taskRows(flow, run, addresses);
  return Promise.all(addresses.map(({ run: r, step, task }) => store.task(flow, r, step, task)));
}
