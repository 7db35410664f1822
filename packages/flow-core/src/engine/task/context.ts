/** The context that a step's body is called with. */
import { FlowError } from '../../definition/errors';
import type { StepNode } from '../../definition/graph';
import type { Execution } from './execution';
import type { RunContext, TaskSpec } from './task';
import { type Decode, lazyList, lazyObject, type Missing, type View } from './view';

export function makeContext(execution: Execution, node: StepNode, read: Set<string>): object {
  const { run, spec, decode } = execution;
  const missing: Missing = execution.missing ?? (() => undefined);
  const task = spec.shown ?? spec.task;
  const object = (label: string) => {
    const view = execution.view(label);
    return lazyObject(view, decode, missing, run.run === 'spin' ? view.label : pathspecOf(run, label));
  };
  const frames = [...spec.stack].reverse();
  const itemOf = ({ shownBy, over, index }: TaskSpec['stack'][number]) =>
    execution.item(execution.view(shownBy), over, index);
  const context: Record<string, unknown> = {
    params: lazyParams(run, decode, read),
    current: Object.freeze({
      flow: run.flow,
      run: run.run,
      step: spec.step,
      task,
      pathspec: `${run.flow}/${run.run}/${spec.step}/${task}`,
      attempt: spec.attempt,
      user: run.user,
      namespace: run.namespace,
      ...(run.origin === undefined ? {} : { origin: run.origin }),
      tags: new Set(run.tags),
    }),
    card: NO_CARD,
    get signal() {
      return execution.signal();
    },
    stack: lazyList(frames.map((frame) => () => itemOf(frame))),
    log: (message: string) => execution.log('stdout', `${message}\n`),
  };
  if (node.kind === 'join') context.inputs = lazyList(spec.parents.map((label) => () => object(label)));
  else if (node.kind === 'gather') {
    const inputs = {};
    spec.branches?.forEach((branch, i) => {
      Object.defineProperty(inputs, branch, { enumerable: true, value: object(spec.parents[i] as string) });
    });
    context.inputs = inputs;
  } else {
    context.self =
      spec.parents.length > 0 ? object(spec.parents[0] as string) : lazyObject(EMPTY, decode, missing);
  }
  const own = frames[0];
  if (own && node.kind !== 'join') {
    context.index = own.index;
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
  if (spec.iteration !== undefined) context.iteration = spec.iteration;
  return context;
}

/** Of a task of this run, or of the one that it takes over from. */
export function pathspecOf({ flow, run }: RunContext, label: string): string {
  return label.split('/').length === 3 ? `${flow}/${label}` : `${flow}/${run}/${label}`;
}

export const EMPTY: View = { label: 'start', entries: new Map() };

/** Parameters are decoded when read, each task its own copy; one that does not exist is undefined, as TypeScript says. */
export function lazyParams(run: RunContext, decode: Decode, read: Set<string>): object {
  const params = {};
  for (const [name, record] of run.params) {
    let value: { is: unknown } | undefined;
    Object.defineProperty(params, name, {
      enumerable: true,
      get() {
        read.add(name);
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
