/** Explains why no run has inputs for a step, and what would help. Loaded only for the error. */
import { FlowError } from '../../definition/errors';
import { type Graph, type StepNode, scopeOf } from '../../definition/graph';
import type { Store } from '../../store/store';
import { inNamespace } from '../record/find-run';
import { Tasks } from '../record/task-index';
import type { Failure } from './resolved';
import { foreachesAround, type Selection } from './selection';
import { firstSplit } from './splits';

/** How many runs are searched for a remedy, newest first: a few show it as well as all. */
const LOOKED_AT = 10;

export interface NoInputs {
  graph: Graph;
  store: Store;
  node: StepNode;
  selection: Selection;
  failures: readonly Failure[];
}

export async function noInputs(asked: NoInputs): Promise<FlowError> {
  const { graph, node, selection, failures } = asked;
  const again = `nx-flow run ${graph.flow}`;
  const error = (message: string) => new FlowError('FLOW_NO_INPUTS', message);
  if (failures.length === 0) {
    const { yet, others } = await inNamespace(asked.store, graph.flow, selection.namespace);
    return error(
      `"${node.name}" needs inputs, and ${graph.flow} has no run${yet}: run it first, with \`${again}\`${others || '.'}`,
    );
  }
  const split = await otherSplit(asked);
  // No index was given: when another split went through the arm, the user wants that one.
  const anySplit = (selection.index ?? []).length === 0 && split !== '';
  const arm = anySplit ? undefined : await armNotTaken(asked);
  if (arm !== undefined) return error(`${arm}${split}`);
  const [first] = failures as [Failure, ...Failure[]];
  if (selection.run !== undefined) {
    return error(
      `Run ${graph.flow}/${selection.run} has no inputs for "${node.name}": ${first.why}.${split}`,
    );
  }
  // Another run would have as few splits.
  const isIndex = failures.every(({ why }) => /: (its|an) index is 0/.test(why));
  const remedy = split || (isIndex ? '' : ` Run it again, with \`${again}\`.`);
  const shown = failures
    .slice(0, 3)
    .map(({ text }) => text)
    .join('; ');
  return error(
    `No run of ${graph.flow} has inputs for "${node.name}": ${shown}${failures.length > 3 ? '; …' : ''}.${remedy}`,
  );
}

/** The sentence for a step in a switch's arm that no run took. Undefined when that is not the reason. */
async function armNotTaken({
  graph,
  store,
  node,
  selection,
  failures,
}: NoInputs): Promise<string | undefined> {
  const scope = scopeOf(graph, node.name) ?? [];
  for (const [at, frame] of scope.entries()) {
    if (!('switch' in frame)) continue;
    const depth = scope.slice(0, at).filter((outer) => 'foreach' in outer).length;
    const index = Array.from({ length: depth }, (_, i) => selection.index?.[i] ?? 0);
    const took = new Map<string, number[]>();
    let taken = false;
    for (const { run } of failures.slice(0, LOOKED_AT)) {
      const row = await new Tasks(store).find(
        graph.flow,
        run.run,
        frame.switch,
        index,
        ({ status }) => status === 'done',
      );
      if (row?.case === undefined) continue;
      taken ||= frame.cases.includes(row.case);
      took.set(row.case, [...(took.get(row.case) ?? []), run.run]);
    }
    if (!taken && took.size > 0) return armSentence(graph, node, { ...frame, index }, took, selection);
  }
  return undefined;
}

function armSentence(
  graph: Graph,
  node: StepNode,
  frame: { switch: string; cases: string[]; index: readonly number[] },
  took: ReadonlyMap<string, readonly number[]>,
  { run, index }: Selection,
): string {
  const { flow } = graph;
  const cases = frame.cases.map((name) => `"${name}"`).join(' or ');
  const which = `the case${frame.cases.length > 1 ? 's' : ''} ${cases} of the switch "${frame.switch}"${
    frame.index.length > 0 ? ` at index ${frame.index.join(',')}` : ''
  }`;
  const runs = [...took].map(([verdict, numbers]) => {
    const who = numbers.length === 1 ? `run ${numbers[0]}` : `runs ${listed(numbers)}`;
    return `${who} took "${verdict}"`;
  });
  const who = run === undefined ? 'No run took' : `Run ${flow}/${run} did not take`;
  const head = `${who} ${which}: ${runs.join('; ')}.`;
  const at = index && index.length > 0 ? ` --index=${index.join(',')}` : '';
  const direct = node.inputs.some(({ from }) => from.some((edge) => edge.from === frame.switch));
  const { on } = graph.steps.get(frame.switch) as StepNode;
  const set = direct
    ? `Spin it on what "${frame.switch}" left, with what you set: nx-flow spin ${flow} ${node.name}${at} --set.${on}=${frame.cases[0]} (or --artifacts=<file.ts>). Or make`
    : 'Make';
  // With several parameters, the one that decides is unknown.
  const params = Object.keys(graph.params);
  const lead =
    params.length === 0
      ? `a run that leads there, with other data or another decision of "${frame.switch}".`
      : params.length === 1
        ? `a run that leads there: nx-flow run ${flow} --params.${params[0]}=….`
        : `a run with a parameter that leads there: nx-flow run ${flow} --params.<name>=….`;
  return `${head} ${set} ${lead}`;
}

/** A sentence, with a space in front, about another split that has inputs. Empty when there is none. */
async function otherSplit({ graph, store, node, selection, failures }: NoInputs): Promise<string> {
  if (foreachesAround(graph, node).length === 0 || selection.iteration !== undefined) return '';
  if (failures[0]?.beyond) return '';
  for (const { run } of failures.slice(0, LOOKED_AT)) {
    const split = await firstSplit(graph, store, node, run);
    if (split) {
      const index = split.stack.map((frame) => frame.index);
      const option = `--index=${index.join(',')}`;
      return ` Split ${index.join(',')} of run ${run.run} has inputs: ${option}.`;
    }
  }
  return '';
}

function listed(numbers: readonly number[]): string {
  return numbers.length === 1
    ? String(numbers[0])
    : `${numbers.slice(0, -1).join(', ')} and ${numbers.at(-1)}`;
}
