/** Executes one task: makes its context, runs the body, encodes what it returns. The same code in run, spin and tests. */
import { types } from 'node:util';
import { requireArtifactName } from '../../definition/artifact-name';
import { FlowError } from '../../definition/errors';
import type { StepNode } from '../../definition/graph';
import { mergedReferences } from '../../definition/merge';
import { isFile, requireFile } from '../../store/cas/file';
import type { Taken } from '../../store/values/artifacts';
import { isPlain } from '../../store/values/digest';
import { typeOf } from '../../store/values/type-of';
import { computed } from './computed';
import { contextGetters } from './context';
import { chosenCase, goesOn, type Look, splitsAfter } from './decision';
import type { Execution } from './execution';
import { addInputs, isLarge } from './input-objects';
import { ReadLog } from './reads';
import type { TaskResult } from './task';
import type { ReadLarge, Visible } from './view';

/** @throws what the body throws, and FlowError for what cannot be recorded. */
export async function executeTask(execution: Execution): Promise<TaskResult> {
  const { graph, spec, artifacts } = execution;
  const node = graph.steps.get(spec.step);
  if (!node) throw new FlowError('FLOW_STEP_NOT_FOUND', `There is no step "${spec.step}" in ${graph.flow}.`);
  const reads = new ReadLog();
  const returned = await callBody(execution, node, reads);
  const references: [string, Visible][] = [];
  for (const [name, reference] of mergedReferences(returned)) {
    if (!node.options.drop?.includes(name)) references.push([name, reference as Visible]);
  }
  // All at one moment, and once: what is stored, what decides and what is shown is one reading.
  const reading = new Map<string, Taken | Promise<Taken>>();
  for (const [name, value] of Object.entries(returned)) {
    requireArtifactName(name, `Step "${node.name}" returned`, { exit: 1 });
    if (isFile(value)) requireFile(`Step "${node.name}" returned the artifact "${name}" as`, value);
    const one = artifacts.take(name, value);
    // Another may be refused before it is waited for.
    if (types.isPromise(one)) one.catch(() => undefined);
    reading.set(name, one);
  }
  const taken = [...reading.values()].some(types.isPromise)
    ? new Map(await Promise.all([...reading].map(async ([name, one]) => [name, await one] as const)))
    : (reading as Map<string, Taken>);
  // What decides and was not returned was inherited: the task has read it, though its body has not.
  const look: Look = (name) => {
    const own = taken.get(name);
    if (own) return own;
    const [parent] = spec.parents;
    if (parent !== undefined) reads.name(0, execution.view(parent), name);
    const visible = visibleAfter(execution, node, references).get(name);
    return visible && { codec: visible.codec, version: visible.version, value: artifacts.decode(visible) };
  };
  const result: TaskResult = { stored: [], references, counts: {}, reads: {} };
  if (node.kind === 'switch') result.case = chosenCase(node, look(node.on as string)?.value);
  if (node.kind === 'loop')
    result.continues = goesOn(node, look(node.while as string)?.value, spec.iteration ?? 0);
  if (!result.continues) Object.assign(result, splitsAfter(graph, node, result.case, look));
  for (const [name, { keep }] of taken) {
    const kept = keep();
    // Small ones are kept at once: to wait for each would cost more than to keep it.
    result.stored.push([name, types.isPromise(kept) ? await kept : kept]);
  }
  // Last: a value that was returned unread is read when it is encoded.
  result.reads = reads.result(spec.base === undefined ? spec.parents.length : 1);
  return result;
}

async function callBody(execution: Execution, node: StepNode, reads: ReadLog): Promise<object> {
  if (!node.body) return {};
  const restore = execution.envIsSet ? () => {} : applyEnv(node.options.env);
  const ended = (thrown?: unknown) => {
    // First: what it patched is used by all that follows.
    execution.bodyEnded?.(thrown);
    restore();
  };
  let returned: unknown;
  try {
    const context = contextGetters(execution, reads);
    const large = node.kind === 'join' ? await largeOf(execution) : undefined;
    const shared = node.share ? await execution.artifacts.sharer(node.name) : undefined;
    addInputs(context, execution, node, reads, { large, shared });
    returned = await node.body(computed(context) as never);
  } catch (thrown) {
    ended(thrown);
    throw thrown;
  }
  ended();
  if (returned === undefined || returned === null) return {};
  if (isRecord(returned)) return returned;
  throw new FlowError(
    'FLOW_RETURN',
    `Step "${node.name}" returned ${typeOf(returned)}: return an object whose properties are its artifacts.`,
    { exit: 1 },
  );
}

/** Bytes of large values, as they are encoded, that the inputs of a join keep once the body has read them. */
const MOST_KEPT = 32 * 1024 * 1024;

/** What reads the large values of a join's inputs, where they are more than can be kept. */
async function largeOf({ spec, view, artifacts }: Execution): Promise<(() => ReadLarge) | undefined> {
  let bytes = 0;
  for (const label of spec.parents) {
    for (const visible of view(label).entries.values()) if (isLarge(visible)) bytes += visible.size;
    if (bytes > MOST_KEPT) {
      const { LargeValues } = await import('./large-values');
      const values = new LargeValues(artifacts.decode, MOST_KEPT);
      return () => values.ofInput();
    }
  }
  return undefined;
}

function isRecord(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || isPlain(prototype);
}

/** The variables of a step, for as long as it runs. */
function applyEnv(env: Record<string, string> | undefined): () => void {
  if (!env) return () => {};
  const before = Object.keys(env).map((key) => [key, process.env[key]] as const);
  Object.assign(process.env, env);
  return () => {
    for (const [key, value] of before) {
      if (value === undefined) delete process.env[key];
      else process.env[key] = value;
    }
  };
}

/** What the next steps will see by reference, before this task's own artifacts. */
export function visibleAfter(
  execution: Pick<Execution, 'spec' | 'view'>,
  node: StepNode,
  references: [string, Visible][],
): Map<string, Visible> {
  const by =
    node.kind === 'join' || node.kind === 'gather' || node.kind === 'start' ? [] : execution.spec.parents;
  return new Map([...(by[0] === undefined ? [] : execution.view(by[0]).entries), ...references]);
}
