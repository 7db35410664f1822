/**
 * What a task looked at, and what it saw there. A finished task's row has both; of a task that was not executed, the second is asked
 * for what an earlier one looked at. Who looks at the same and sees the same, with equal code, does the same.
 */
import type { StepNode } from '../../definition/graph';
import type { StackFrame, TaskReads, TaskRow } from '../../store/rows/rows';
import { combined, digestOf } from '../task/reads';
import type { View } from '../task/view';

/** Where a task stands: of a row, or of a task that may be executed. */
export type Stands = Pick<TaskRow, 'parents' | 'base' | 'branches' | 'iteration'> & {
  stack: readonly StackFrame[];
};

/** What was looked at, without values. */
export interface Looked {
  /** Equal for equal ones. */
  key: string;
  /** How many inputs it has: a join asks for their number. */
  inputs: number;
  reads: TaskReads;
}

/** What can be asked of a run about a place in it. Undefined where it is not known. */
export interface Sight {
  /** The digest of a parameter. */
  param(name: string): string | undefined;
  /** The digest of an item of a list that a foreach splits. */
  item(frame: StackFrame): string | undefined;
}

const EMPTY: View = { label: 'start', entries: new Map() };

/** Undefined for a task that cannot stand for another. */
export function lookedOf(row: TaskRow): Looked | undefined {
  const { reads, status, error } = row;
  if (status !== 'done' || error || !reads || reads.current) return undefined;
  const { params, names, all, items, index, iteration } = reads;
  const inputs = inputsOf(row);
  const base = row.base !== undefined;
  const named = names?.map(([name, , which]) => (which ? [name, which] : name));
  const whole = all && (all[1] ?? true);
  const key = JSON.stringify([
    ...[row.kind, row.parents.length, base, row.branches, row.stack.length],
    ...[params, named, whole, items, index, iteration],
  ]);
  return { key, inputs, reads };
}

/** Whether a loop that goes on after an iteration may do so after that of a task: its `max` is not reached there. */
export function mayGoOn({ max }: StepNode, { iteration = 0 }: Stands, { continues }: TaskRow): boolean {
  return continues !== true || max === undefined || iteration + 1 < max;
}

/** Whether a task at this place could look at the same. */
export function standsAlike({ parents, base, branches, stack }: Stands, row: TaskRow): boolean {
  return (
    parents.length === row.parents.length &&
    (base === undefined) === (row.base === undefined) &&
    branches?.join('\0') === row.branches?.join('\0') &&
    stack.length === row.stack.length
  );
}

/** The labels of the inputs that have to be read to know what a task sees there. */
export function viewsToRead({ reads: { names, all } }: Looked, { parents, base }: Stands): readonly string[] {
  return names || all ? (base === undefined ? parents : [base]) : [];
}

/** What the task of a row saw: in the order of {@link wordsFor}. Undefined where that is not known. */
export function seenIn(row: TaskRow, { reads }: Looked, sight: Sight): string[] | undefined {
  const names = (reads.names ?? []).map(([, digest]) => digest ?? 'none');
  const all = reads.all ? [reads.all[0]] : [];
  return together(reads, row, sight, names, all);
}

/** What a task sees where an earlier one looked. @param views its inputs, in their order */
export function seenBy(
  task: Stands,
  { reads, inputs }: Looked,
  sight: Sight,
  views: readonly View[],
): string[] | undefined {
  const view = (input: number) => views[input] ?? EMPTY;
  const each = Array.from({ length: Math.max(inputs, 1) }, (_, i) => i);
  const names = (reads.names ?? []).map(([name, , which = each]) => {
    const found = which.map((i) => [i, view(i).entries.get(name)?.digest ?? null] as const);
    return combined(found, inputs)[0] ?? 'none';
  });
  const all = (reads.all ? [reads.all[1] ?? each] : []).map((which) => {
    return combined(
      which.map((i) => [i, digestOf(view(i))] as const),
      inputs,
    )[0] as string;
  });
  return together(reads, task, sight, names, all);
}

/** What the parts of what was seen are called. */
export function wordsFor({ reads }: Looked): string[] {
  return [
    ...(reads.names ?? []).map(([name]) => name),
    ...(reads.all ? ['all that reaches it'] : []),
    ...(reads.params ?? []).map((name) => `the parameter ${name}`),
    ...(reads.items ?? []).map((step) => `the item of ${step}`),
    ...(reads.index ? ['the index'] : []),
    ...(reads.iteration ? ['the iteration'] : []),
  ];
}

function together(
  { params = [], items = [], index, iteration }: TaskReads,
  { stack, iteration: number }: Pick<Stands, 'stack' | 'iteration'>,
  sight: Sight,
  names: string[],
  all: string[],
): string[] | undefined {
  const seen: (string | undefined)[] = [...names, ...all];
  for (const name of params) seen.push(sight.param(name));
  for (const step of items) {
    const frame = stack.find((one) => one.step === step);
    seen.push(frame && sight.item(frame));
  }
  if (index) seen.push(String(stack.at(-1)?.index));
  if (iteration) seen.push(String(number));
  return seen.includes(undefined) ? undefined : (seen as string[]);
}

function inputsOf({ parents, base }: Pick<Stands, 'parents' | 'base'>): number {
  return base === undefined ? parents.length : 1;
}
