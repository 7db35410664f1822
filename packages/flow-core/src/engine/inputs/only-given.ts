/** Makes the inputs of a spin from given artifacts alone, without any run or store. */
import { requireArtifactName } from '../../definition/artifact-name';
import { FlowError, suggest } from '../../definition/errors';
import { type Graph, type StepNode, scopeOf } from '../../definition/graph';
import { MemoryCas } from '../../store/cas/memory-cas';
import type { ArtifactRecord } from '../../store/rows/rows';
import { type Codecs, decodeArtifact, unkeptArtifact } from '../../store/values/artifacts';
import { itemCount } from '../../store/values/lists';
import type { Frame } from '../task/task';
import type { Missing, View, Visible } from '../task/view';
import { noSplits } from './override-list';
import type { Resolved } from './resolved';
import { requireStep } from './selection';

export interface OnlyGivenOptions {
  step: string;
  /** For a join a list, for a gather an object with one object for each branch, otherwise one object. */
  artifacts: unknown;
  /** Which split, one number for each level, outermost first; missing ones are 0. */
  index?: readonly number[];
  iteration?: number;
}

/** What replaces the inputs that a run recorded. */
export interface OnlyGiven {
  resolved: Resolved;
  views: Map<string, View>;
  /** Throws: the caller must give every artifact that the step reads. */
  missing: Missing;
}

/**
 * The inputs of a step, made of values.
 * @throws FlowError FLOW_STEP_NOT_FOUND, FLOW_OVERRIDE, FLOW_USAGE, FLOW_INDEX, FLOW_ITERATION, FLOW_FOREACH_LIST, FLOW_ARTIFACT_NAME, FLOW_ARTIFACT_UNSTORABLE
 */
export async function onlyGivenInputs(graph: Graph, options: OnlyGivenOptions): Promise<OnlyGiven> {
  const node = requireStep(graph, { step: options.step });
  const { iteration } = options;
  if (iteration !== undefined && node.kind !== 'loop') {
    throw new FlowError('FLOW_ITERATION', `"${node.name}" is no loop: leave \`iteration\` out.`);
  }
  const inputs = await inputsOf(node, options.artifacts, graph.codecs);
  const stack = stackOf(graph, node, inputs, options.index ?? []);
  const resolved: Resolved = {
    node,
    run: undefined,
    origin: undefined,
    parents: inputs.map(({ label }) => label),
    stack,
    passedOver: [],
    ...(node.kind === 'gather' ? { branches: node.inputs.map(({ as }) => as as string) } : {}),
    ...(node.kind === 'loop' ? { iteration: iteration ?? 0 } : {}),
  };
  const views = new Map(inputs.map((view) => [view.label, view]));
  for (const { shownBy, over } of stack) views.set(shownBy, frameView(inputs, shownBy, over, stack));
  return { resolved, views, missing: notGiven };
}

const notGiven: Missing = (name, { label, entries }) => {
  const there = suggest(name, entries.keys(), 'Nothing was given there.');
  const message = `The step reads ${label}.${name}, which was not given. ${there}`;
  throw new FlowError('FLOW_ARTIFACT_NOT_GIVEN', message, { exit: 1 });
};

/** One view for each input, in input order. */
async function inputsOf(node: StepNode, artifacts: unknown, codecs: Codecs): Promise<View[]> {
  const { name, kind } = node;
  if (kind === 'join') {
    if (!Array.isArray(artifacts)) {
      throw new FlowError(
        'FLOW_OVERRIDE',
        `"${name}" is a join: give its \`artifacts\` as a list, an object for each split.`,
      );
    }
    return Promise.all(artifacts.map((one, i) => viewOf(`inputs[${i}]`, one, codecs)));
  }
  const values = objectOf('artifacts', artifacts);
  if (kind === 'start') {
    if (Object.keys(values).length === 0) return [];
    throw new FlowError('FLOW_USAGE', '"start" has no inputs: give it `params`.');
  }
  if (kind !== 'gather') return [await viewOf('self', values, codecs)];
  const branches = node.inputs.map(({ as }) => as as string);
  for (const key of Object.keys(values)) {
    if (branches.includes(key)) continue;
    throw new FlowError(
      'FLOW_OVERRIDE',
      `"${name}" gathers no branch "${key}". ${suggest(key, branches)} Give an object for each branch.`,
    );
  }
  return Promise.all(branches.map((as) => viewOf(`inputs.${as}`, values[as] ?? {}, codecs)));
}

async function viewOf(label: string, values: unknown, codecs: Codecs): Promise<View> {
  const given = Object.entries(objectOf(label, values));
  const entries = given.map(async ([name, value]): Promise<[string, Visible]> => {
    requireArtifactName(name, `${label} was given`);
    return [name, { ...(await unkeptArtifact(name, value, codecs)), at: 'given' }];
  });
  return { label, entries: new Map(await Promise.all(entries)) };
}

function objectOf(what: string, value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new FlowError('FLOW_OVERRIDE', `${what} is an object: artifact names and their values.`);
}

/** The foreaches around the step. Their lists may be among the artifacts. */
function stackOf(graph: Graph, node: StepNode, inputs: readonly View[], index: readonly number[]): Frame[] {
  const around = (scopeOf(graph, node.name) ?? []).flatMap((frame) =>
    'foreach' in frame ? [frame.foreach] : [],
  );
  if (index.length > around.length) {
    throw new FlowError(
      'FLOW_INDEX',
      around.length === 0
        ? `"${node.name}" stands in no foreach: leave \`index\` out.`
        : `"${node.name}" stands in ${around.length} foreach${around.length > 1 ? 'es' : ''}: \`index\` takes at most so many numbers.`,
    );
  }
  return around.map((step, depth) => {
    const over = graph.steps.get(step)?.over as string;
    const at = index[depth] ?? 0;
    const list = listIn(inputs, over);
    const decode = (record: ArtifactRecord) => decodeArtifact(record, new MemoryCas(), graph.codecs);
    const count = list ? itemCount(list, decode) : at + 1;
    if (!count) throw new FlowError('FLOW_FOREACH_LIST', noSplits(step, over, list?.type ?? '', count));
    if (at >= count) {
      throw new FlowError('FLOW_INDEX', `"${over}" was given ${count} items, so there is no index ${at}.`);
    }
    return { step, index: at, count, over, shownBy: `self of ${step}` };
  });
}

function listIn(inputs: readonly View[], over: string): Visible | undefined {
  return inputs.find(({ entries }) => entries.has(over))?.entries.get(over);
}

/** The view with a foreach's list. When two foreaches split the same name, the given list is the inner one's. */
function frameView(inputs: readonly View[], of: string, over: string, stack: readonly Frame[]): View {
  const innermost = stack.findLast((frame) => frame.over === over);
  const list = innermost?.shownBy === of ? listIn(inputs, over) : undefined;
  return { label: 'self', entries: new Map(list ? [[over, list]] : []) };
}
