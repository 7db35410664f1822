/** Hints about artifacts that a step read and that do not exist. Loaded only when that happened. */
import { nearest } from '../../definition/errors';
import { ancestors, type Graph, type StepNode, scopeOf } from '../../definition/graph';
import type { RunRow, TaskRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import { inRun } from '../inputs/in-run';
import type { Resolved } from '../inputs/resolved';
import type { Selection } from '../inputs/selection';
import { Tasks } from '../record/task-index';
import { visibleNames } from '../record/task-rows';
import { fullPathspec, taskOf } from '../task/label';
import type { MissingRead } from '../task/task';
import type { View } from '../task/view';

/** How many other runs are searched, newest first. */
const RUNS = 10;

/** How many names of existing artifacts are listed. */
const NAMES = 12;

/**
 * Returns the missing reads of a successful step that may be mistakes. Artifacts that only some runs have are read
 * on purpose: the error of a step with `catch`, the result of a switch's arm, the result of the iteration before.
 */
export async function unexpected(
  graph: Graph,
  { node }: Pick<Resolved, 'node'>,
  reads: readonly MissingRead[],
): Promise<MissingRead[]> {
  const upstream = [...ancestors(graph, node.name)].map((name) => graph.steps.get(name) as StepNode);
  const optional = new Set(upstream.map(({ options }) => options.catch));
  const left = reads.filter(({ name }) => !optional.has(name));
  const armsOf = (name: string) =>
    (scopeOf(graph, name) ?? []).flatMap((frame) => ('switch' in frame ? [frame.switch] : []));
  const around = new Set(armsOf(node.name));
  const sometimes = upstream.filter(
    (step) =>
      step.options.catch !== undefined ||
      (step === node ? node.kind === 'loop' : armsOf(step.name).some((name) => !around.has(name))),
  );
  if (left.length === 0 || sometimes.length === 0) return left;
  const { returnedNames } = await import('../../source/returned-names');
  for (const { body } of sometimes)
    for (const name of body ? await returnedNames(body) : []) optional.add(name);
  return left.filter(({ name }) => !optional.has(name));
}

/** Returns a sentence or two for each missing artifact, each named once. */
export async function missingHints(
  graph: Graph,
  store: Store,
  resolved: Resolved,
  selection: Pick<Selection, 'namespace'>,
  reads: readonly MissingRead[],
  viewOf: (label: string) => View | undefined,
): Promise<string[]> {
  const hints: string[] = [];
  const seen = new Set<string>();
  for (const { name, label } of reads) {
    if (seen.has(name)) continue;
    seen.add(name);
    const where = resolved.run ? fullPathspec(graph.flow, resolved.run.run, label) : 'the input';
    const names = [...(viewOf(label)?.entries.keys() ?? [])];
    const near = nearest(name, names);
    const there =
      names.length === 0
        ? 'that has none'
        : `it has ${names.slice(0, NAMES).join(', ')}${names.length > NAMES ? ', …' : ''}`;
    const meant = near === undefined ? '' : ` Did you mean "${near}"?`;
    const other = await runThatHas(graph, store, resolved, selection, name, label);
    const help =
      other === undefined
        ? `Run the flow again (nx-flow run ${graph.flow}), or give it: --set.${name}=…`
        : `Run ${other} has it: nx-flow spin ${graph.flow} ${resolved.node.name}${placeOf(resolved)} --origin=${other}`;
    hints.push(`The step reads "${name}", which ${where} does not have (${there}).${meant} ${help}`);
  }
  return hints;
}

function placeOf({ stack, node, iteration }: Resolved): string {
  const index = stack.length > 0 ? ` --index=${stack.map((frame) => frame.index).join(',')}` : '';
  return node.kind === 'loop' && iteration ? `${index} --iteration=${iteration}` : index;
}

/** Finds the newest other run whose input at the same place has the artifact. */
async function runThatHas(
  graph: Graph,
  store: Store,
  { node, run, parents, stack, iteration }: Resolved,
  { namespace }: Pick<Selection, 'namespace'>,
  name: string,
  label: string,
): Promise<number | undefined> {
  if (!run) return undefined;
  const at = parents.indexOf(label);
  const index = stack.map((frame) => frame.index);
  const place = { index, ...(node.kind === 'loop' && iteration ? { iteration } : {}) };
  const tasks = new Tasks(store);
  let looked = 0;
  for await (const row of store.runs(graph.flow, namespace)) {
    if (row.run === run.run) continue;
    if (++looked > RUNS) return undefined;
    const found = await inRun(graph, tasks, node, row, place);
    if ('why' in found) continue;
    const there = found.base ?? (at < 0 ? found.parents[0] : found.parents[at]);
    const parent = there === undefined ? undefined : await rowOf(store, row, there);
    if (there !== undefined && parent && visibleNames(there, parent).some(([n]) => n === name))
      return row.run;
  }
  return undefined;
}

function rowOf(store: Store, { flow, run }: RunRow, label: string): Promise<TaskRow | undefined> {
  const { run: r, step, task } = taskOf(run, label);
  return store.task(flow, r, step, task);
}
