/** The place of a task in its run: step, splits and iteration. */
import type { Frame } from './task';

/** A task that can run: everything it needs is finished. */
export interface Planned {
  step: string;
  /** `step/task` labels, in input order. */
  parents: string[];
  branches?: string[];
  stack: Frame[];
  iteration?: number;
}

/** Tasks that can run: one, or all splits of a foreach, each made when it is needed. They read the same views. */
export interface PlannedTasks {
  step: string;
  count: number;
  at(index: number): Planned;
}

export function stackKey(stack: readonly { index: number }[]): string {
  return stack.map(({ index }) => index).join('.');
}
