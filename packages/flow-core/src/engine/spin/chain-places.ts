/** The places of tasks that finished ones lead to, each input filled by what was made, or by what was recorded. */
import type { Input, StepNode } from '../../definition/graph';
import type { Resolved } from '../inputs/resolved';
import { stackKey } from '../task/place';
import type { Frame, TaskResult } from '../task/task';
import type { View } from '../task/view';

/** A task of the chain that has ended well. */
export interface Made {
  label: string;
  task: Resolved;
  /** What it decided: how it is split, which way it went, whether it goes on. */
  decided: Pick<TaskResult, 'counts' | 'case' | 'continues'>;
  view: View;
}

/** Where a task stands, and what it reads. */
export interface Place {
  parents: string[];
  branches?: string[];
  stack: Frame[];
  iteration?: number;
}

/** Finds the recorded task of an input at a split. */
type Recorded = (input: Input, index: readonly number[]) => Promise<{ label: string } | { why: string }>;

/** @param arrived what was made, for each input of the step */
export async function placesOf(
  node: StepNode,
  arrived: readonly Made[][],
  recorded: Recorded,
): Promise<{ places: Place[]; lacking: string[] }> {
  const made = arrived.flat();
  switch (node.kind) {
    case 'foreach':
      return { places: made.flatMap((parent) => splitsOf(node, parent)), lacking: [] };
    case 'join':
    case 'gather':
      return collected(node, arrived, recorded);
    default: {
      const first = node.kind === 'loop' ? { iteration: 0 } : {};
      return {
        places: made.map(({ label, task: { stack } }) => ({ parents: [label], stack, ...first })),
        lacking: [],
      };
    }
  }
}

function splitsOf(node: StepNode, { label, decided, task }: Made): Place[] {
  const over = node.over as string;
  const count = decided.counts[over] ?? 0;
  return Array.from({ length: count }, (_, index) => ({
    parents: [label],
    stack: [...task.stack, { step: node.name, index, count, over, shownBy: label }],
  }));
}

/** Each join and gather that something made arrives at. */
async function collected(node: StepNode, arrived: readonly Made[][], recorded: Recorded) {
  const isJoin = node.kind === 'join';
  const groups = new Map<string, { stack: Frame[]; count: number; labels: Map<number, string> }>();
  for (const [input, all] of arrived.entries()) {
    for (const { label, task } of all) {
      const frame = isJoin ? task.stack.at(-1) : undefined;
      const stack = isJoin ? task.stack.slice(0, -1) : task.stack;
      const key = stackKey(stack);
      const group = groups.get(key) ?? {
        ...{ stack, count: frame?.count ?? node.inputs.length, labels: new Map<number, string>() },
      };
      groups.set(key, group);
      group.labels.set(frame?.index ?? input, label);
    }
  }
  const places: Place[] = [];
  const lacking: string[] = [];
  for (const { stack, count, labels } of groups.values()) {
    const outer = stack.map(({ index }) => index);
    const parents: string[] = [];
    const reasons: string[] = [];
    for (let n = 0; n < count; n++) {
      const input = node.inputs[isJoin ? 0 : n] as Input;
      const known = labels.get(n);
      const found =
        known === undefined ? await recorded(input, isJoin ? [...outer, n] : outer) : { label: known };
      if ('label' in found) parents.push(found.label);
      else reasons.push(found.why);
    }
    const branches = isJoin ? {} : { branches: node.inputs.map(({ as }) => as as string) };
    if (reasons.length === 0) places.push({ parents, ...branches, stack });
    else lacking.push(...reasons);
  }
  return { places, lacking };
}
