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

export function stackKey(stack: readonly { index: number }[]): string {
  return stack.map(({ index }) => index).join('.');
}
