/** Inputs that were found: the tasks that they come from, and the task that read them before. */
import type { Graph, StepNode } from '../../definition/graph';
import type { RunRow, TaskRow } from '../../store/rows/rows';
import { formatLabel } from '../task/label';
import type { Frame } from '../task/task';

export interface Resolved {
  node: StepNode;
  run: RunRow | undefined;
  /** The task that read these inputs, if one ran. */
  origin: TaskRow | undefined;
  parents: string[];
  /** Of a join whose foreach had nothing to split: the task before the foreach. */
  base?: string;
  branches?: string[];
  stack: Frame[];
  iteration?: number;
  /** Newer runs that were not usable, and why. */
  passedOver: string[];
  /** No split was asked for, and the first one has no inputs there: why, as a clause. */
  otherSplit?: string;
  /** Set when the switch before it chose another case and the user accepts that. */
  otherCase?: string;
  /** What the store has lost of the step in this run: there is nothing to compare with. */
  lost?: string;
}

/** A run without inputs for a step. */
export interface Failure {
  run: RunRow;
  why: string;
  /** There are fewer splits than the index asks for. */
  beyond: boolean;
  text: string;
}

/** Inputs, or the reason why there are none. */
export type Found =
  | Resolved
  | {
      why: string;
      /** True when the only reason is that switches chose other cases. */
      untaken?: boolean;
      /** There are fewer splits than the index asks for. */
      beyond?: boolean;
      /** A foreach around the step had nothing to split. */
      empty?: true;
    };

export function fromRow(node: StepNode, run: RunRow, row: TaskRow): Resolved {
  return {
    node,
    run,
    origin: row,
    parents: row.parents,
    ...(row.base === undefined ? {} : { base: row.base }),
    ...(row.branches ? { branches: row.branches } : {}),
    stack: row.stack,
    ...(row.iteration === undefined ? {} : { iteration: row.iteration }),
    passedOver: [],
  };
}

/** `movies/12/train/3`. Without a task of the step, the run that gave the inputs. */
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
