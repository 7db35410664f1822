/** Which tasks come next: a state machine over the graph. It knows no processes, no store and no clock. */
import { children, type Edge, type Graph, type Input, joinsOf, type StepNode } from '../../definition/graph';
import type { TaskRow } from '../../store/rows/rows';
import { type Planned, type PlannedTasks, stackKey } from '../task/place';
import type { Frame } from '../task/task';

/** What the scheduler needs to know of a finished task. */
export interface Finished extends Planned {
  /** Its `step/task`. */
  label: string;
}

/** What it decided: how it is split, which way it went, whether it goes on. */
export type Decided = Pick<TaskRow, 'counts' | 'items' | 'case' | 'continues'>;

interface Gathering {
  arrived: (string | undefined)[];
  missing: number;
}

export class Scheduler {
  readonly #graph: Graph;
  readonly #hold: (label: string) => void;
  readonly #waiting = new Map<string, Gathering>();
  readonly #joins = new Map<string, string[]>();

  /** @param hold called with the label of each task that a join or gather will read once it is complete */
  constructor(graph: Graph, hold: (label: string) => void = () => {}) {
    this.#graph = graph;
    this.#hold = hold;
  }

  start(): PlannedTasks {
    return one({ step: 'start', parents: [], stack: [] });
  }

  /** The tasks that a finished task makes possible. A failed one makes none. */
  after(task: Finished, decided: Decided): PlannedTasks[] {
    const node = this.#graph.steps.get(task.step) as StepNode;
    if (node.kind === 'loop' && decided.continues) {
      const iteration = (task.iteration ?? 0) + 1;
      return [one({ step: task.step, parents: [task.label], stack: task.stack, iteration })];
    }
    return children(this.#graph, task.step)
      .filter(({ edge }) => taken(edge, decided.case))
      .flatMap(({ node: child, input }) => this.#arrive(child, input, task, decided));
  }

  #arrive(child: StepNode, input: Input, task: Finished, { counts }: Decided): PlannedTasks[] {
    const { label, stack } = task;
    switch (child.kind) {
      case 'foreach': {
        const over = child.over as string;
        const count = counts?.[over] ?? 0;
        if (count === 0)
          return this.#joinsOf(child.name).map((join) =>
            one({ step: join, parents: [], base: label, stack }),
          );
        const at = (index: number): Planned => ({
          step: child.name,
          parents: [label],
          stack: [...stack, { step: child.name, index, count, over, shownBy: label }],
        });
        return [{ step: child.name, count, at }];
      }
      case 'join': {
        const frame = stack.at(-1) as Frame;
        const outer = stack.slice(0, -1);
        const arrived = this.#collect(child, outer, frame.count, frame.index, label);
        return arrived ? [one({ step: child.name, parents: arrived, stack: outer })] : [];
      }
      case 'gather': {
        const arrived = this.#collect(child, stack, child.inputs.length, child.inputs.indexOf(input), label);
        return arrived
          ? [
              one({
                step: child.name,
                parents: arrived,
                branches: child.inputs.map((i) => i.as as string),
                stack,
              }),
            ]
          : [];
      }
      case 'loop':
        return [one({ step: child.name, parents: [label], stack, iteration: 0 })];
      default:
        return [one({ step: child.name, parents: [label], stack })];
    }
  }

  /** The joins of a foreach, which run without it where there is nothing to split. */
  #joinsOf(foreach: string): string[] {
    let joins = this.#joins.get(foreach);
    if (!joins) {
      joins = joinsOf(this.#graph, foreach).map(({ name }) => name);
      this.#joins.set(foreach, joins);
    }
    return joins;
  }

  /** Notes one arrival. Returns all of them once they are complete. */
  #collect(child: StepNode, stack: Frame[], count: number, at: number, label: string): string[] | undefined {
    const key = `${child.name}|${stackKey(stack)}`;
    let gathering = this.#waiting.get(key);
    if (!gathering) {
      gathering = { arrived: new Array(count).fill(undefined), missing: count };
      this.#waiting.set(key, gathering);
    }
    if (gathering.arrived[at] === undefined) gathering.missing--;
    gathering.arrived[at] = label;
    this.#hold(label);
    if (gathering.missing > 0) return undefined;
    this.#waiting.delete(key);
    return gathering.arrived as string[];
  }
}

function one(planned: Planned): PlannedTasks {
  return { step: planned.step, count: 1, at: () => planned };
}

function taken(edge: Edge, verdict: string | undefined): boolean {
  return edge.when === undefined || edge.when === verdict;
}
