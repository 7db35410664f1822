/** run: a new run of a whole flow, from start to end, everything recorded. */
import { randomUUID } from 'node:crypto';
import { FlowError } from '../definition/errors';
import { ancestors, type Graph, hasPackages } from '../definition/graph';
import type { Parameters } from '../definition/params';
import { EVERYBODY } from '../source/user';
import { encodeArtifact } from '../store/artifacts';
import type { ArtifactRecord, ErrorRecord, GitState, Status } from '../store/rows';
import type { Store } from '../store/store';
import { requireTags } from '../store/tags';
import { Coordinator } from './coordinator';
import type { Emit, TaskCounts } from './events';
import type { Installed } from './packages';
import type { Pool, PoolHost } from './pool';
import type { Takeover } from './takeover';

export interface RunOptions {
  graph: Graph;
  store: Store;
  params: Parameters;
  user: string;
  namespace: string;
  /** As given: one given twice is one. */
  tags: string[];
  /** Facts about the code, for the record. */
  code?: string;
  file?: string;
  git?: Promise<GitState | undefined>;
  cwd: string;
  /** Where packages of steps are installed, and count from; default `cwd`. */
  workspace?: string;
  /** Options that were given for all steps, for the record. */
  with?: readonly string[];
  emit: Emit;
  /** For the record and for people: at most so many tasks at once. */
  workers: number;
  pool(host: PoolHost): Pool;
  /** Finished tasks of an earlier run that stand for this one's: a resumed run. */
  takeover?: Takeover;
  /** Execute this step and what it needs, and stop. */
  until?: string;
  /** Execute tasks of this step alone: every other one has to be taken over. */
  only?: string;
  /**
   * Nobody learns the run's number nor those of tasks: what a task sees is in what it is given, and events name it by
   * its split and iteration.
   */
  anonymous?: boolean;
  /** Start no task after the first failure. */
  bail?: boolean;
  /** Aborted when the run is to end early: Ctrl-C. */
  signal?: AbortSignal;
}

export interface RunOutcome {
  pathspec: string;
  run: number;
  status: Status;
  durationMs: number;
  tasks: TaskCounts;
  error?: ErrorRecord;
}

/** @throws FlowError FLOW_TAG, FLOW_TAG_SYSTEM, FLOW_NAMESPACE, FLOW_ARTIFACT_UNSTORABLE */
export async function runFlow(options: RunOptions): Promise<RunOutcome> {
  const { graph, store } = options;
  requireTags(options.tags);
  if (options.namespace === EVERYBODY) {
    const message = `A run is in one namespace, and "${EVERYBODY}" stands for all of them: give another, or none.`;
    throw new FlowError('FLOW_NAMESPACE', message);
  }
  const packages = await packagesOf(options);
  const params: [string, ArtifactRecord][] = [];
  for (const [name, value] of Object.entries(options.params.parsed)) {
    params.push([name, await encodeArtifact(name, value, store.cas, graph.codecs)]);
  }
  const run = await store.claimRun(graph.flow, randomUUID());
  return new Coordinator(options, run, params, packages).execute();
}

/** Installed before there is a run: a version that does not exist fails the command, not its last task. */
async function packagesOf(options: RunOptions): Promise<ReadonlyMap<string, Installed>> {
  const { graph, until, only, workspace = options.cwd, emit, signal } = options;
  if (![...graph.steps.values()].some(hasPackages)) return new Map();
  const { installOfSteps } = await import('./packages');
  const wanted =
    only !== undefined ? new Set([only]) : until === undefined ? undefined : ancestors(graph, until);
  return installOfSteps(graph, wanted, {
    workspace,
    signal,
    installing: (packages) => emit({ type: 'packages-installing', packages }),
  });
}
