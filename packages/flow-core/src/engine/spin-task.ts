/** What a spin of one task and of many have in common: the task's place, its parameters, and how its outputs compare. */
import type { Graph } from '../definition/graph';
import { parseParams } from '../definition/params';
import { unkeptArtifact } from '../store/artifacts';
import type { ArtifactRecord } from '../store/rows';
import type { Store } from '../store/store';
import { recordedOutputs, recordedParams } from './recorded';
import type { Resolved } from './resolve';
import type { Change, SpinArtifact } from './spin';
import type { Frame, RunContext, TaskResult, TaskSpec } from './task';
import type { Visible } from './view';

/** `current.run` and `current.task` say `spin`: a step sees nothing of where its inputs come from. */
export function spinContext(
  graph: Graph,
  { user, namespace, cwd }: Pick<RunContext, 'user' | 'namespace' | 'cwd'>,
  params: RunContext['params'],
): RunContext {
  return { flow: graph.flow, run: 'spin', user, namespace, tags: [], params, cwd };
}

export function spinSpec({ node, parents, stack, as, iteration }: Resolved): TaskSpec {
  return {
    step: node.name,
    task: 'spin',
    attempt: 0,
    parents,
    stack: stack as Frame[],
    ...(as ? { as } : {}),
    ...(iteration === undefined ? {} : { iteration }),
  };
}

/** Recorded values stand; given ones win; a parameter newer than the run takes today's default. @throws FlowError FLOW_PARAMS */
export async function spinParams(
  graph: Graph,
  store: Store,
  run: number | undefined,
  given: Record<string, unknown>,
): Promise<RunContext['params']> {
  const recorded =
    run === undefined ? [] : await recordedParams(store, graph.flow, run, Object.keys(graph.params));
  const known: Record<string, ArtifactRecord> = Object.fromEntries(recorded);
  const { parsed } = parseParams(graph, given, known);
  return Object.entries(parsed).map(([name, value]) =>
    Object.hasOwn(known, name) && value === known[name]
      ? [name, known[name] as ArtifactRecord]
      : [name, unkeptArtifact(name, value, graph.codecs)],
  );
}

/** `movies/12/train/3`; without a task of its own, the run that gave the inputs. */
export function originOf(graph: Graph, { run, origin }: Resolved): string | undefined {
  if (!run) return undefined;
  return origin ? `${graph.flow}/${run.run}/${origin.step}/${origin.task}` : `${graph.flow}/${run.run}`;
}

/** Milliseconds that the origin task took. */
export function originTime({ origin }: Resolved): number | undefined {
  return origin?.status === 'done' ? origin.durationMs : undefined;
}

/** What the origin task returned, to compare with. */
export async function outputsBefore(
  graph: Graph,
  store: Store,
  { run, origin }: Resolved,
): Promise<Map<string, Visible>> {
  return run && origin?.status === 'done'
    ? recordedOutputs(store, graph.flow, run.run, origin)
    : new Map<string, Visible>();
}

/** What a task returned, in its order, beside what its origin had. @param shown The value, or a line that stands for it. */
export function compareOutputs(
  before: ReadonlyMap<string, Visible>,
  result: TaskResult,
  shown: (name: string) => Pick<SpinArtifact, 'value' | 'preview'>,
): SpinArtifact[] {
  const changeOf = (name: string, digest: string): Change => {
    const old = before.get(name);
    return !old ? 'new' : old.digest === digest ? 'same' : 'changed';
  };
  const artifacts: SpinArtifact[] = [];
  for (const [name, { type, size, digest }] of result.own) {
    artifacts.push({ name, type, size, digest, change: changeOf(name, digest), ...shown(name) });
  }
  for (const [name, reference] of result.references) {
    const { type, size, digest } = reference;
    artifacts.push({ name, type, size, digest, change: changeOf(name, digest), reference });
  }
  const returned = new Set(artifacts.map(({ name }) => name));
  for (const [name, { type, size, digest }] of before) {
    if (!returned.has(name)) artifacts.push({ name, type, size, digest, change: 'gone' });
  }
  return artifacts;
}
