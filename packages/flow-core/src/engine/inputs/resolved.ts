/** Inputs that were found: the tasks that they come from, and the task that had them before. */
import type { Graph, StepNode } from '../../definition/graph';
import type { RunRow, TaskRow } from '../../store/rows';
import { formatLabel } from '../task/label';
import type { Frame } from '../task/task';

export interface Resolved {
  node: StepNode;
  run: RunRow | undefined;
  /** The task whose inputs these are, where one ran. */
  origin: TaskRow | undefined;
  parents: string[];
  branches?: string[];
  stack: Frame[];
  iteration?: number;
  /** Newer runs that could not serve, and why. */
  passedOver: string[];
  /** The switch before it chose another case, and that is as the user wants it. */
  otherCase?: string;
}

/** A run without inputs for a step. */
export interface Failure {
  run: RunRow;
  why: string;
  /** There are fewer splits than the index asks for. */
  beyond: boolean;
  text: string;
}

/** Inputs, or why there are none. */
export type Found =
  | Resolved
  | {
      why: string;
      /** Only because switches chose other cases. */
      untaken?: boolean;
      /** There are fewer splits than the index asks for. */
      beyond?: boolean;
    };

export function fromRow(node: StepNode, run: RunRow, row: TaskRow): Resolved {
  return {
    node,
    run,
    origin: row,
    parents: row.parents,
    ...(row.branches ? { branches: row.branches } : {}),
    stack: row.stack,
    ...(row.iteration === undefined ? {} : { iteration: row.iteration }),
    passedOver: [],
  };
}

/** `movies/12/train/3`; without a task of its own, the run that gave the inputs. */
export function originOf(graph: Graph, { run, origin }: Resolved): string | undefined {
  if (!run) return undefined;
  return origin
    ? formatLabel({ flow: graph.flow, run: run.run, step: origin.step, task: origin.task })
    : `${graph.flow}/${run.run}`;
}

/** Milliseconds that the origin task took. */
export function originTime({ origin }: Resolved): number | undefined {
  return origin?.status === 'done' ? origin.durationMs : undefined;
}
