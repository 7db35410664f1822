/** What a spin of one task and of many have in common: the task's place, its parameters, and how its outputs compare. */
import type { Graph } from '../../definition/graph';
import { parseParams } from '../../definition/params';
import type { ArtifactRecord } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import { unkeptArtifact } from '../../store/values/artifacts';
import type { Resolved } from '../inputs/resolved';
import { recordedParams } from '../record/read';
import type { TaskAddress } from '../task/flow-event';
import type { Frame, RunContext, TaskSpec } from '../task/task';

/** `current.run` and `current.task` say `spin`: a step sees nothing of where its inputs come from. */
export function spinContext(
  graph: Graph,
  { user, namespace, cwd }: Pick<RunContext, 'user' | 'namespace' | 'cwd'>,
  params: RunContext['params'],
): RunContext {
  return { flow: graph.flow, run: 'spin', user, namespace, tags: [], params, cwd };
}

export function spinSpec({ node, parents, base, stack, branches, iteration }: Resolved): TaskSpec {
  return {
    step: node.name,
    task: 'spin',
    attempt: 0,
    parents,
    stack: stack as Frame[],
    ...(base === undefined ? {} : { base }),
    ...(branches ? { branches } : {}),
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
  return Promise.all(
    Object.entries(parsed).map(async ([name, value]): Promise<[string, ArtifactRecord]> => {
      const stands = Object.hasOwn(known, name) && value === known[name];
      return [
        name,
        stands ? (known[name] as ArtifactRecord) : await unkeptArtifact(name, value, graph.codecs),
      ];
    }),
  );
}

/** What events name it by. */
export function spunAddress({ flow }: Graph, { step, stack, iteration }: TaskSpec): TaskAddress {
  const index = stack.map((frame) => frame.index);
  return { flow, step, index, ...(iteration === undefined ? {} : { iteration }) };
}
