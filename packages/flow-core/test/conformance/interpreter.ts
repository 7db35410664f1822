/** What a program means: executed by recursion over its parts. It knows no store, no processes and no scheduler. */
import { BEFORE, bodyOf, type Context, type Hooks, keyOf, mergeBut, NAMED } from './body';
import type { Part, Program, Spec } from './program';

export interface Frame {
  step: string;
  index: number;
  count: number;
  over: string;
  /** The task that shows the list. */
  shownBy: string;
}

export interface Task {
  key: string;
  step: string;
  spec: Spec;
  /** Keys, in input order. */
  parents: string[];
  /** Of a join whose foreach had nothing to split: the key of the task before the foreach. */
  base: string | undefined;
  branches: string[] | undefined;
  stack: Frame[];
  iteration: number | undefined;
  context: Context;
  /** What it returned, the merged names too. */
  returned: Record<string, unknown>;
  /** What the steps after it see. */
  visible: Record<string, unknown>;
  error?: unknown;
  /** It failed, and its step catches that. */
  caught: boolean;
}

export interface Interpretation {
  params: Record<string, unknown>;
  hooks?: Hooks;
  /** Steps that catch, and the name under which they leave the error. */
  catches?: Record<string, string>;
}

/** Every task that runs, by key, in an order in which parents come first. */
export function interpret(
  program: Program,
  { params, hooks = {}, catches = {} }: Interpretation,
): Map<string, Task> {
  const tasks = new Map<string, Task>();
  sequence([...program.parts, { kind: 'step', spec: program.end }], execute(program.start, [], []));
  return tasks;

  function sequence(parts: Part[], after: Task | undefined): Task | undefined {
    return parts.reduce((at, part) => at && one(part, at), after);
  }

  /** Gives the task that a part ends with; none if something failed on the way. */
  function one(part: Part, at: Task): Task | undefined {
    const { spec } = part;
    switch (part.kind) {
      case 'step':
        return execute(spec, [at], at.stack);
      case 'loop': {
        let last: Task | undefined = at;
        for (let iteration = 0; last; iteration++) {
          last = execute(spec, [last], at.stack, iteration);
          if (last?.returned[spec.while as string] === false) break;
        }
        return last;
      }
      case 'foreach': {
        const over = spec.over as string;
        const ends = (at.visible[over] as unknown[]).map((_, index, { length: count }) => {
          const frame = { step: spec.name, index, count, over, shownBy: at.key };
          return sequence(part.inside, execute(spec, [at], [...at.stack, frame]));
        });
        return ends.length === 0
          ? execute(part.join, [], at.stack, undefined, at)
          : together(part.join, ends, at.stack);
      }
      case 'gather':
        return together(
          spec,
          part.branches.map((branch) => sequence(branch, at)),
          at.stack,
        );
      case 'switch': {
        const pick = execute(spec, [at], at.stack);
        if (!pick) return undefined;
        const arm = (spec.cases as string[]).indexOf(pick.returned[spec.on as string] as string);
        const end = sequence(part.arms[arm] as Part[], pick);
        return end && part.united && arm < part.united.arms
          ? execute(part.united.spec, [end], at.stack)
          : end;
      }
    }
  }

  function together(spec: Spec, ends: (Task | undefined)[], stack: Frame[]): Task | undefined {
    return ends.includes(undefined) ? undefined : execute(spec, ends as Task[], stack);
  }

  function execute(
    spec: Spec,
    parents: Task[],
    stack: Frame[],
    iteration?: number,
    base?: Task,
  ): Task | undefined {
    const joins = spec.kind === 'join' || spec.kind === 'gather';
    const task: Task = {
      key: keyOf(
        spec.name,
        stack.map(({ index }) => index),
        iteration,
      ),
      step: spec.name,
      spec,
      parents: parents.map(({ key }) => key),
      base: base?.key,
      branches: spec.kind === 'gather' ? spec.as : undefined,
      stack,
      iteration,
      context: contextOf(spec, parents, stack, iteration, base),
      returned: {},
      visible: {},
      caught: false,
    };
    tasks.set(task.key, task);
    const hidden = new Set(spec.drop);
    const name = catches[spec.name];
    try {
      task.returned = bodyOf(spec, mergeBut(spec.drop), hooks)(task.context) ?? {};
      if (name !== undefined) hidden.add(name);
    } catch (error) {
      task.error = error;
      if (name === undefined) return undefined;
      Object.assign(task, { caught: true, returned: { [name]: error } });
      for (const absent of NAMED) hidden.add(absent);
    }
    task.visible = { ...(joins ? {} : parents[0]?.visible), ...task.returned };
    for (const name of hidden) delete task.visible[name];
    return task;
  }

  function contextOf(spec: Spec, parents: Task[], stack: Frame[], iteration?: number, base?: Task): Context {
    const item = ({ shownBy, over, index }: Frame) =>
      ((tasks.get(shownBy) as Task).visible[over] as unknown[])[index];
    const items = stack.map(item).reverse();
    const seen = parents.map(({ visible }) => visible);
    if (base) Object.defineProperty(seen, BEFORE, { value: base.visible });
    return {
      params,
      stack: items,
      ...(spec.kind === 'join'
        ? { inputs: seen }
        : spec.kind === 'gather'
          ? { inputs: Object.fromEntries(spec.as.map((as, i) => [as, seen[i] as object])) }
          : { self: seen[0] ?? {} }),
      ...(stack.length > 0 && spec.kind !== 'join' ? { index: stack.at(-1)?.index, input: items[0] } : {}),
      ...(iteration === undefined ? {} : { iteration }),
    } as Context;
  }
}
