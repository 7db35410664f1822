/** Compares the inputs of a task with those of an earlier one, artifact by artifact. */
import type { Store } from '../../../store/store';
import { recordedViews } from '../../record/views';
import type { View } from '../../task/view';
import type { RecordedTask } from './question';

export interface InputDifference {
  name: string;
  change: 'changed' | 'new' | 'gone';
  /** Which inputs of a join or gather have the difference: their numbers or names. */
  inputs: string[];
  before?: { type: string; size: number };
  after?: { type: string; size: number };
}

/** Returns one entry for each name and kind of change, with the sizes in the first input that has it. */
export async function inputDifferences(
  store: Store,
  before: RecordedTask,
  after: RecordedTask,
): Promise<InputDifference[]> {
  const [old, now] = await Promise.all([inputsOf(store, before), inputsOf(store, after)]);
  const found = new Map<string, InputDifference>();
  for (const input of new Set([...old.keys(), ...now.keys()])) {
    const was = old.get(input)?.entries;
    const is = now.get(input)?.entries;
    for (const name of new Set([...(was?.keys() ?? []), ...(is?.keys() ?? [])])) {
      const [a, b] = [was?.get(name), is?.get(name)];
      if (a?.digest === b?.digest) continue;
      const change = a && b ? 'changed' : a ? 'gone' : 'new';
      const key = `${change} ${name}`;
      const known = found.get(key);
      if (known) known.inputs.push(input);
      else
        found.set(key, {
          name,
          change,
          inputs: [input],
          ...(a ? { before: { type: a.type, size: a.size } } : {}),
          ...(b ? { after: { type: b.type, size: b.size } } : {}),
        });
    }
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The inputs, by the name of the gathered branch or the number of the split. */
async function inputsOf(store: Store, { run, row }: RecordedTask): Promise<Map<string, View>> {
  const labels = row.base === undefined ? row.parents : [row.base];
  const views = await recordedViews(store, run.flow, run.run, labels);
  return new Map(
    labels.flatMap((label, i): [string, View][] => {
      const view = views.get(label);
      return view ? [[row.branches?.[i] ?? String(i), view]] : [];
    }),
  );
}
