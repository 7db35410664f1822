/**
 * The steps after a spun one, on what was just made: which tasks come next, and what they see. Other branches of a gather and
 * other splits of a join are as the origin run recorded them. Nothing is executed and nothing is recorded here.
 */
import { ancestors, type Graph, joinsOf, passesOn, type StepNode } from '../../definition/graph';
import type { RunRow, TaskRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import { leads } from '../inputs/from-parents';
import type { Resolved } from '../inputs/resolved';
import { Tasks } from '../record/task-index';
import { formatLabel, labelOf } from '../task/label';
import type { Frame, TaskResult } from '../task/task';
import type { View, Visible } from '../task/view';
import { type Made, placesOf } from './chain-places';

export interface ChainOptions {
  graph: Graph;
  store: Store;
  /** The run that the first step's inputs come from; absent where that is `start` on parameters alone. */
  run: RunRow | undefined;
  /** The spun step. */
  step: string;
  /** The last one. */
  through: string;
}

/** A switch that took another case than in the origin run. */
export interface OtherCase {
  step: string;
  index: number[];
  took: string;
  before: string;
}

export class Chain {
  readonly #options: ChainOptions;
  readonly #recorded: Tasks;
  readonly #made: Made[] = [];
  readonly #views = new Map<string, View>();
  /** The foreaches that had nothing to split. */
  readonly #empty: { foreach: string; label: string; stack: Frame[] }[] = [];
  /** The steps after the first that may be executed, parents first. */
  readonly steps: readonly StepNode[];

  constructor(options: ChainOptions) {
    this.#options = options;
    this.#recorded = new Tasks(options.store, true);
    this.steps = stepsBetween(options.graph, options.step, options.through);
  }

  /** What a task of the chain left; undefined for a label of the origin run. */
  view(label: string): View | undefined {
    return this.#views.get(label);
  }

  /** @param behind what the task inherits, where it passes that on */
  add(task: Resolved, result: TaskResult, behind: View | undefined): Made {
    const { node } = task;
    const count = this.#made.filter(({ task: other }) => other.node === node).length;
    const label = formatLabel({ step: node.name, task: count + 1 });
    const made: Made = {
      label: `${MADE}/${label}`,
      task,
      decided: result,
      view: leftBy(node, `${MADE}/${label}`, result, behind),
    };
    this.#made.push(made);
    this.#views.set(made.label, made.view);
    return made;
  }

  /** The next iterations of a loop, on those that were made last. */
  again(made: readonly Made[]): Promise<Resolved[]> {
    const on = made.filter(({ decided }) => decided.continues === true);
    return this.#resolved(
      on.map(({ label, task: { node, stack, iteration = 0 } }) => ({
        ...{ node, stack, parents: [label], iteration: iteration + 1 },
      })),
    );
  }

  /** All tasks of a step that what was made leads to; and what the origin run lacks for others. */
  async next(node: StepNode): Promise<{ tasks: Resolved[]; lacking: string[] }> {
    const { graph, run } = this.#options;
    const behind = (step: string) => this.#made.filter(({ task }) => task.node.name === step);
    const arrived = node.inputs.map(({ from }) =>
      from.flatMap((edge) =>
        behind(edge.from).filter(
          ({ decided }) =>
            decided.continues !== true && (edge.when === undefined || decided.case === edge.when),
        ),
      ),
    );
    if (node.kind === 'foreach') {
      for (const { label, decided, task } of arrived.flat())
        if (!decided.counts[node.over as string])
          this.#empty.push({ foreach: node.name, label, stack: task.stack });
    }
    const bases = this.#empty.filter(({ foreach }) => joinsOf(graph, foreach).includes(node));
    const { places, lacking } = await placesOf(node, arrived, async (input, index) => {
      const reasons: string[] = [];
      for (const edge of input.from) {
        const row = run && (await this.#row(edge.from, index, ({ continues }) => continues !== true));
        if (row?.status === 'done' && leads(edge, row)) return { label: labelOf(row) };
        reasons.push(whyNot(edge.from, index, row, run));
      }
      return { why: reasons.join(', ') };
    });
    const joins = bases.map(({ label: base, stack }) => ({ node, parents: [], base, stack }));
    return {
      tasks: await this.#resolved([...joins, ...places.map((place) => ({ node, ...place }))]),
      lacking,
    };
  }

  /** Switches that took another case than in the origin run. */
  get otherCases(): OtherCase[] {
    return this.#made.flatMap(({ task: { node, origin, stack }, decided }) => {
      const [took, before] = [decided.case, origin?.case];
      if (took === undefined || before === undefined || took === before) return [];
      return [{ step: node.name, index: stack.map(({ index }) => index), took, before }];
    });
  }

  /** Why the chain ended before its last step, as a sentence; undefined where it did not. */
  get notReached(): string | undefined {
    const { through } = this.#options;
    if (this.#made.some(({ task }) => task.node.name === through)) return undefined;
    const { label, decided } = this.#made.findLast(({ decided }) => decided.case !== undefined) ?? {};
    const [empty] = this.#empty;
    const last = label?.split('/')[1];
    if (empty) return `"${through}" was not reached: "${empty.foreach}" had nothing to split.`;
    return last === undefined
      ? `"${through}" was not reached.`
      : `"${through}" was not reached: "${last}" took "${decided?.case}".`;
  }

  #resolved(
    places: (Pick<Resolved, 'node' | 'parents' | 'stack'> & Partial<Resolved>)[],
  ): Promise<Resolved[]> {
    const { run } = this.#options;
    return Promise.all(
      places.map(async (place): Promise<Resolved> => {
        const index = place.stack.map((frame) => frame.index);
        const sameIteration = (row: TaskRow) => row.iteration === place.iteration;
        const origin = run && (await this.#row(place.node.name, index, sameIteration));
        return { run, origin, passedOver: [], ...place };
      }),
    );
  }

  /** What the origin run recorded at a place. */
  #row(
    step: string,
    index: readonly number[],
    wanted: (row: TaskRow) => boolean,
  ): Promise<TaskRow | undefined> {
    const { graph, run } = this.#options;
    return this.#recorded.find(graph.flow, (run as RunRow).run, step, index, wanted);
  }
}

/** Where what was made lies: no run has it. */
const MADE = 'spin';

/** The steps between two, without the first. Parents first. */
export function stepsBetween(graph: Graph, step: string, through: string): StepNode[] {
  const needed = ancestors(graph, through);
  return [...graph.steps.values()].filter(
    ({ name }) => name !== step && needed.has(name) && ancestors(graph, name).has(step),
  );
}

/** As the view of a task in a run: what it sets anew comes last. */
function leftBy(node: StepNode, label: string, result: TaskResult, behind: View | undefined): View {
  const entries = new Map<string, Visible>(passesOn(node) ? behind?.entries : []);
  const set = (name: string, visible: Visible) => {
    entries.delete(name);
    entries.set(name, visible);
  };
  for (const [name, visible] of result.references) set(name, visible);
  for (const [name, value] of result.stored) set(name, { ...value, at: label });
  const { drop = [], catch: caught } = node.options;
  for (const name of caught === undefined ? drop : [...drop, caught]) entries.delete(name);
  return { label, pathspec: label, entries };
}

function whyNot(
  step: string,
  index: readonly number[],
  row: TaskRow | undefined,
  run: RunRow | undefined,
): string {
  const what = index.length > 0 ? `split ${index.join(',')} of "${step}"` : `"${step}"`;
  if (!run) return `${what} has no recorded task`;
  if (!row) return `${what} did not run in run ${run.run}`;
  if (row.status === 'done') return `${what} took "${row.case}" in run ${run.run}`;
  return `${what} ${row.status === 'failed' ? 'failed' : 'has not finished'} in run ${run.run}`;
}
