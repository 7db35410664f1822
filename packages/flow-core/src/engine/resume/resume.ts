/** Prepares a resumed run: the run that it takes over from, its parameters, and what changed since. */
import { FlowError } from '../../definition/errors';
import type { Graph } from '../../definition/graph';
import { type Parameters, parseParams } from '../../definition/params';
import type { RunRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import { decodeArtifact, unkeptArtifact } from '../../store/values/artifacts';
import { latestRun, requireRun } from '../record/find-run';
import { recordedParams } from '../record/read';
import { StandIns } from '../record/stand-ins';
import { requireStepIn } from '../task/not-found';
import type { LostTasks } from './lost-tasks';
import { requireReadable } from './readable';
import { Takeover } from './takeover';

export interface ResumeOptions {
  graph: Graph;
  store: Store;
  /** Default: the newest run of the namespace. */
  run?: number;
  /** Execute this step again, and what follows it. */
  step?: string;
  /** The run stops at this step, which is one of the flow's. */
  until?: string;
  /** Parameters given now. They win over the origin's. */
  params: Record<string, unknown>;
  /** Undefined means all namespaces. */
  namespace: string | undefined;
}

/** @throws FlowError FLOW_STEP_NOT_FOUND, FLOW_RUN_NOT_FOUND, FLOW_RUN_GOES_ON, FLOW_NOTHING_TO_RESUME, FLOW_PARAMS, FLOW_STORE_CORRUPT */
export async function prepareResume(
  options: ResumeOptions,
): Promise<{ params: Parameters; takeover: Takeover }> {
  const { graph, store, step, until, params } = options;
  if (step !== undefined) requireStepIn(graph.flow, graph.steps.keys(), step);
  const { run, namespace } = options;
  const origin = await (run === undefined
    ? latestRun(store, graph.flow, namespace)
    : requireRun(store, graph.flow, run));
  const known = new Set(origin.steps.map(({ name }) => name));
  const grown = [...graph.steps.keys()].some((name) => !known.has(name));
  await requireEnded(store, origin);
  const standIns = await StandIns.of(store, origin);
  const lost = await lostOf(store, origin, standIns);
  requireResumable(origin, step, grown || Object.keys(params).length > 0 || lost !== undefined);
  // A parameter that is lost can be given again.
  const needed = Object.keys(graph.params).filter((name) => !(lost?.params.has(name) && name in params));
  const recorded = await recordedParams(store, graph.flow, origin.run, needed);
  const values = recorded.map(
    ([name, record]) => [name, decodeArtifact(record, store.cas, graph.codecs)] as const,
  );
  const { parsed } = parseParams(graph, params, Object.fromEntries(values));
  const digests = new Map(recorded.map(([name, { digest }]) => [name, digest]));
  const changed: string[] = [];
  for (const name of Object.keys(parsed)) {
    const { digest } = await unkeptArtifact(name, parsed[name], graph.codecs);
    if (digest !== digests.get(name)) changed.push(name);
  }
  const resumed = {
    graph,
    store,
    origin,
    changed: new Set(changed),
    ...(step === undefined ? {} : { from: step }),
    ...(until === undefined ? {} : { until }),
  };
  await requireReadable({ ...resumed, standIns, lost });
  return {
    params: { paramInputs: { ...origin.paramInputs, ...params }, parsed },
    takeover: await Takeover.of({ ...resumed, ...(lost ? { lost } : {}) }),
  };
}

async function lostOf(store: Store, origin: RunRow, standIns: StandIns): Promise<LostTasks | undefined> {
  if (origin.repaired === undefined && standIns.runs().length === 0) return undefined;
  return (await import('./lost-tasks')).lostTasks(store, origin, standIns);
}

async function requireEnded(store: Store, origin: RunRow): Promise<void> {
  if (origin.status !== 'running' && (origin.status !== 'killed' || (await store.takeKilled(origin)))) return;
  throw new FlowError(
    'FLOW_RUN_GOES_ON',
    `${origin.flow}/${origin.run} still runs: wait for its end, or take another run.`,
  );
}

function requireResumable(origin: RunRow, step: string | undefined, changes: boolean): void {
  const pathspec = `${origin.flow}/${origin.run}`;
  if (origin.status === 'done' && step === undefined && !changes) {
    throw new FlowError(
      'FLOW_NOTHING_TO_RESUME',
      `${pathspec} is done, so there is nothing to resume: name the step to execute again, or change a parameter.`,
    );
  }
}
