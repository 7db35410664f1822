/** Runs a flow and records its tasks, its code, the state of git and the user. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { type Graph, scopeOf } from '../definition/graph';
import type { Parameters } from '../definition/params';
import { recordedWith } from '../definition/with';
import type { Pool, PoolHost } from '../engine/pool/pool';
import { gitState } from '../engine/record/git';
import type { Takeover } from '../engine/resume/takeover';
import type { RunOutcome } from '../engine/run/options';
import { runFlow } from '../engine/run/run';
import { requireStepIn } from '../engine/task/not-found';
import { EVERYBODY, ownNamespace } from '../environment/user';
import { CodeRecord } from './code-record';
import { publishing } from './publish';
import type { Session } from './session';

export interface RunRequest {
  params: Parameters;
  /** Finished tasks of an earlier run that a resumed run takes over. */
  takeover?: Takeover;
  tags?: readonly string[];
  /** The namespace of the run, as it was given; default the user's own. */
  namespace?: string;
  /** Take equal tasks over from earlier runs of the namespace. */
  reuse?: boolean;
  /** Later runs may take this run's tasks over: this process and its workers load the code as it is on the disk, and nothing else. */
  indexed?: boolean;
  /** The most tasks at once. */
  workers: number;
  /** Start no task after the first failure. */
  bail?: boolean;
  /** Execute this step and the steps it needs, then stop. */
  until?: string;
  /** The queue whose workers execute a step; undefined for one that is executed here. By default each is. */
  on?(step: string): string | undefined;
  /** The most splits of a foreach; undefined for any number. By default each may have any number. */
  maxSplits?(step: string): number | undefined;
  /** Executes the tasks. The session's caller closes it. */
  pool(host: PoolHost): Pool;
}

/**
 * Runs the flow of a session and records everything.
 * @throws FlowError for bad usage: FLOW_STEP_NOT_FOUND, FLOW_TAG, FLOW_NAMESPACE, FLOW_ARTIFACT_UNSTORABLE. What a
 * step throws is part of the outcome.
 */
export async function executeRun(session: Session, request: RunRequest): Promise<RunOutcome> {
  const { graph, store, file, workspace, user } = session;
  const { until, takeover } = request;
  if (until !== undefined) requireKnownStep(graph, until);
  const emit = publishing(session);
  const namespace = recordedNamespace(request);
  const indexed = request.indexed || request.reuse ? { namespace } : {};
  const code = file === undefined ? undefined : new CodeRecord(session, { file, ...indexed });
  const reuse = request.reuse ? await code?.reuse() : undefined;
  let reached = until === undefined;
  const empty = new Set<string>();
  const outcome = await runFlow({
    graph,
    store,
    user,
    params: request.params,
    ...(takeover ? { takeover } : {}),
    ...(reuse ? { reuse } : {}),
    namespace,
    tags: [...(request.tags ?? [])],
    cwd: workspace,
    workers: request.workers,
    bail: request.bail === true,
    ...(session.with.length > 0 ? { with: recordedWith(session.with) } : {}),
    ...(until === undefined ? {} : { until }),
    ...(session.signal ? { signal: session.signal } : {}),
    ...(file === undefined ? {} : { file: relative(workspace, file), code: await digestOfFile(file) }),
    git: session.git?.() ?? gitState(workspace),
    pool: request.pool,
    ...(request.on ? { on: request.on } : {}),
    ...(request.maxSplits ? { maxSplits: request.maxSplits } : {}),
    emit(event) {
      if ((event.type === 'tasks-planned' || event.type === 'tasks-taken') && event.step === until)
        reached = true;
      if (event.type === 'foreach-empty') empty.add(event.step);
      if (event.type === 'run-done') {
        for (const [step, params] of takeover?.affected ?? [])
          emit({ type: 'step-executed-again', step, params });
        for (const [step, lost] of takeover?.lost ?? [])
          emit({ type: 'step-executed-again', step, params: [], lost });
        if (until !== undefined && !reached && event.status !== 'failed')
          emit({ type: 'step-not-reached', step: until, ...emptyAround(graph, until, empty) });
      }
      emit(event);
      code?.hear(event);
    },
  });
  await code?.written(outcome.run);
  return outcome;
}

/** The foreach around a step that had nothing to split. */
function emptyAround(graph: Graph, step: string, empty: ReadonlySet<string>): { empty?: string } {
  const around = (scopeOf(graph, step) ?? []).flatMap((frame) => ('foreach' in frame ? [frame.foreach] : []));
  const found = around.find((foreach) => empty.has(foreach));
  return found === undefined ? {} : { empty: found };
}

/** A run resumed with `everybody` goes into the user's own namespace. Without a takeover it is refused later. */
function recordedNamespace({ namespace, takeover }: RunRequest): string {
  return namespace === undefined || (namespace === EVERYBODY && takeover) ? ownNamespace() : namespace;
}

async function digestOfFile(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}

/** @throws FlowError FLOW_STEP_NOT_FOUND */
export function requireKnownStep(graph: Graph, step: string): void {
  requireStepIn(graph.flow, graph.steps.keys(), step);
}
