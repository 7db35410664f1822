/** The context that a step's body is called with. */
import { FlowError } from '../../definition/errors';
import type { StepNode } from '../../definition/graph';
import type { Execution } from './execution';
import { fullPathspec } from './label';
import type { ReadLog } from './reads';
import type { RunContext, TaskSpec } from './task';
import { type Decode, lazyList, lazyObject, type Missing, type View } from './view';

/** @param reads Notes what the body looks at. */
export function makeContext(execution: Execution, node: StepNode, reads: ReadLog): object {
  const { run, spec, decode } = execution;
  const missing: Missing = execution.missing ?? (() => undefined);
  const task = spec.shown ?? spec.task;
  const object = (label: string, input: number) => {
    const view = execution.view(label);
    const pathspec = run.run === 'spin' ? undefined : fullPathspec(run.flow, Number(run.run), label);
    return lazyObject(view, decode, missing, pathspec, reads.input(input, view));
  };
  const frames = [...spec.stack].reverse();
  const itemOf = ({ step, shownBy, over, index }: TaskSpec['stack'][number]) => {
    reads.item(step);
    return execution.item(execution.view(shownBy), over, index);
  };
  let current: object | undefined;
  const context: Record<string, unknown> = {
    params: lazyParams(run, decode, reads),
    get current() {
      current ??= currentOf(execution, task, reads);
      return current;
    },
    card: NO_CARD,
    get signal() {
      return execution.signal();
    },
    stack: lazyList(frames.map((frame) => () => itemOf(frame))),
    log: (message: string) => execution.log('stdout', `${message}\n`),
  };
  if (node.kind === 'join') context.inputs = lazyList(spec.parents.map((label, i) => () => object(label, i)));
  else if (node.kind === 'gather') {
    const inputs = {};
    spec.branches?.forEach((branch, i) => {
      Object.defineProperty(inputs, branch, {
        enumerable: true,
        value: object(spec.parents[i] as string, i),
      });
    });
    context.inputs = inputs;
  } else {
    context.self =
      spec.parents.length > 0
        ? object(spec.parents[0] as string, 0)
        : lazyObject(EMPTY, decode, missing, undefined, reads.input(0, EMPTY));
  }
  const own = frames[0];
  if (own && node.kind !== 'join') {
    Object.defineProperty(context, 'index', {
      enumerable: true,
      get() {
        reads.index();
        return own.index;
      },
    });
    let read = false;
    let value: unknown;
    Object.defineProperty(context, 'input', {
      enumerable: true,
      get() {
        if (!read) [value, read] = [itemOf(own), true];
        return value;
      },
    });
  }
  if (spec.iteration !== undefined) {
    Object.defineProperty(context, 'iteration', {
      enumerable: true,
      get() {
        reads.iteration();
        return spec.iteration;
      },
    });
  }
  return context;
}

/** Fields that can differ between two executions of one place say when they are read; flow and step cannot. */
function currentOf({ run, spec }: Execution, task: string, reads: ReadLog): object {
  const note = <T>(name: string, value: T): T => {
    reads.current(name);
    return value;
  };
  const tags = new Set(run.tags);
  // Whether it is there can be seen without reading it.
  reads.current('origin');
  return Object.freeze({
    flow: run.flow,
    get run() {
      return note('run', run.run);
    },
    step: spec.step,
    get task() {
      return note('task', task);
    },
    get pathspec() {
      return note('pathspec', `${run.flow}/${run.run}/${spec.step}/${task}`);
    },
    get attempt() {
      return note('attempt', spec.attempt);
    },
    get user() {
      return note('user', run.user);
    },
    get namespace() {
      return note('namespace', run.namespace);
    },
    ...(run.origin === undefined ? {} : { origin: run.origin }),
    get tags() {
      return note('tags', tags);
    },
  });
}

export const EMPTY: View = { label: 'start', entries: new Map() };

/** Parameters are decoded when read, each task its own copy; one that does not exist is undefined, as TypeScript says. */
export function lazyParams(run: RunContext, decode: Decode, reads: ReadLog): object {
  const params = {};
  for (const [name, record] of run.params) {
    let value: { is: unknown } | undefined;
    Object.defineProperty(params, name, {
      enumerable: true,
      get() {
        reads.param(name);
        value ??= { is: decode(record) };
        return value.is;
      },
    });
  }
  return params;
}

export const NO_CARD = Object.freeze({
  append: refuseCard,
  refresh: refuseCard,
});

export function refuseCard(): never {
  throw new FlowError(
    'FLOW_OPTION_PENDING',
    'Cards are not supported by this version: remove the call of `card`.',
    { exit: 1 },
  );
}
