/** The inputs of a step as a test gives them: what it read, and no more. */
import { FlowError } from '../../definition/errors';
import type { StepNode } from '../../definition/graph';
import type { ArtifactRecord, TaskReads } from '../../store/rows/rows';
import type { Artifacts } from '../../store/values/artifacts';
import type { Frame, RunContext, TaskSpec } from '../task/task';
import type { View } from '../task/view';

/** A value of an input, by its record; `item` where it is a list of one item of it. */
export interface FrozenValue {
  record: ArtifactRecord;
  item?: number;
}

type Given = Record<string, FrozenValue>;

export interface FrozenInputs {
  /** In input order. */
  inputs: Given[];
  /** The names of a gather's inputs. */
  branches?: readonly string[];
  /** Of a join: its artifacts are a list. */
  isList: boolean;
  index?: number[];
  iteration?: number;
  params: [name: string, record: ArtifactRecord][];
}

export interface Executed {
  node: StepNode;
  spec: TaskSpec;
  run: Pick<RunContext, 'params'>;
  views: ReadonlyMap<string, View>;
  reads: TaskReads;
}

/** @param required parameters without a default, which have to be given @throws FlowError FLOW_FREEZE */
export function frozenInputs(
  { node, spec, run, views, reads }: Executed,
  required: ReadonlySet<string>,
): FrozenInputs {
  if (spec.base !== undefined)
    throw cannot(node, 'its foreach had nothing to split, so that it had no inputs');
  const inputs = spec.parents.map((label, i) => readOf(views.get(label) as View, i, reads));
  const index = framesInto(inputs, node, spec.stack, views, reads);
  const params = run.params.filter(([name]) => reads.params?.includes(name) || required.has(name));
  return {
    inputs,
    params,
    isList: node.kind === 'join',
    ...(spec.branches ? { branches: spec.branches } : {}),
    ...(index.some((at) => at > 0) ? { index } : {}),
    ...(spec.iteration === undefined ? {} : { iteration: spec.iteration }),
  };
}

/** Of an input, what the step read there. */
function readOf({ entries }: View, input: number, { all, names = [] }: TaskReads): Given {
  const isOf = (which: readonly number[] | undefined) => which === undefined || which.includes(input);
  const read =
    all && isOf(all[1])
      ? [...entries.keys()]
      : names.flatMap(([name, , which]) => (isOf(which) ? [name] : []));
  return Object.fromEntries(
    read.flatMap((name) => {
      const record = entries.get(name);
      return record ? [[name, { record }]] : [];
    }),
  );
}

/** Adds the lists of the foreaches around the step; gives its index. A list of which one item was read is given with that alone. */
function framesInto(
  inputs: Given[],
  node: StepNode,
  stack: readonly Frame[],
  views: ReadonlyMap<string, View>,
  { items = [], index: readsIndex }: TaskReads,
): number[] {
  const overs = stack.map(({ over }) => over);
  return stack.map((frame, depth) => {
    const { step, over, shownBy, index } = frame;
    const record = views.get(shownBy)?.entries.get(over);
    const [first] = inputs;
    if (!items.includes(step) || !record || !first) return index;
    if (overs.indexOf(over) !== overs.lastIndexOf(over))
      throw cannot(node, `two foreaches around it split "${over}", and a test can give one of them`);
    const isOwn = depth === stack.length - 1;
    const whole = inputs.some((given) => Object.hasOwn(given, over)) || (isOwn && readsIndex === true);
    first[over] = whole ? { record } : { record, item: index };
    return whole ? index : 0;
  });
}

export function cannot({ name }: StepNode, why: string): FlowError {
  return new FlowError('FLOW_FREEZE', `"${name}" cannot be frozen: ${why.replace(/[.]$/, '')}.`, { exit: 1 });
}

/** The value that the test gives. */
export function givenValue(
  { record, item }: FrozenValue,
  artifacts: Pick<Artifacts, 'decode' | 'item'>,
): unknown {
  return item === undefined ? artifacts.decode(record) : [artifacts.item(record, item)];
}
