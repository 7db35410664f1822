/** What a task that is taken over shows: its own artifacts from the earlier task, all else from the parents that it has now. */
import { passesOn, type StepNode } from '../../definition/graph';
import type { TaskRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import { addressOf } from '../task/label';
import type { View } from '../task/view';

/** A name, and the task that stored it. */
type Place = [name: string, at: string];

export interface Shown {
  /** Names that the earlier task itself stored. */
  own: string[];
  /** What it passed on, as it lies now. */
  passed: Place[];
  /** `passed` is all of that; else it shows what its parent shows, too. */
  whole: boolean;
}

/** @param views the inputs that it has now, where `looksAround` */
export async function shownBy(
  node: StepNode,
  { row, run, flow }: { row: TaskRow; run: number; flow: string },
  views: readonly View[],
  store: Store,
): Promise<Shown | undefined> {
  const { origin, inherited } = row;
  const own =
    origin === undefined ? row.stored : Object.keys(inherited).filter((name) => inherited[name] === origin);
  if (passesOn(node) && !row.reads?.all) return { own, passed: [], whole: false };
  // merge() was called, or might have been: what it took is what the row has beside its own.
  const passed: Place[] = [];
  for (const [name, before] of Object.entries(inherited)) {
    if (before === origin) continue;
    const found = views.flatMap(({ entries }) => entries.get(name) ?? []);
    const [first] = found;
    if (!first) return undefined;
    if (found.every(({ digest }) => digest === first.digest)) passed.push([name, first.at]);
    else {
      // Of several values, that one which it took.
      const [record] = await store.artifacts([addressOf(flow, run, before, name)]);
      const same = found.find(({ digest }) => digest === record?.digest);
      if (!same) return undefined;
      passed.push([name, same.at]);
    }
  }
  return { own, passed, whole: true };
}

/** Whether the inputs have to be read for {@link shownBy}. */
export function looksAround(node: StepNode, { reads, inherited }: TaskRow): boolean {
  return passesOn(node) ? reads?.all !== undefined : Object.keys(inherited).length > 0;
}
