/** The place of a task in its run: step, splits and iteration. */
import type { Frame } from './task';

/** A task that can run: everything it needs is finished. */
export interface Planned {
  step: string;
  /** `step/task` labels, in input order. */
  parents: string[];
  /** Of a join whose foreach had nothing to split, and which has no parents: the task before the foreach. */
  base?: string;
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

/** The labels of all views that a task may read: those of its parents, of its base, and of the lists that it is a split of. */
export function viewsOf({ parents, base, stack }: Pick<Planned, 'parents' | 'base' | 'stack'>): string[] {
  if (parents.length > 1) return [...new Set([...parents, ...stack.map(({ shownBy }) => shownBy)])];
  const labels = base === undefined ? [...parents] : [base];
  for (const { shownBy } of stack) if (!labels.includes(shownBy)) labels.push(shownBy);
  return labels;
}

export function stackKey(stack: readonly { index: number }[]): string {
  return stack.map(({ index }) => index).join('.');
}
