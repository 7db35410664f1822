/** Spins and runs in this process, in terms of the engine. The same for the Runner's own process and its child. */
import type { Graph } from '../definition/graph';
import { parseParams } from '../definition/params';
import { givenAlone } from '../engine/inputs/only-given';
import { requireStep } from '../engine/inputs/selection';
import type { Pool, PoolHost } from '../engine/pool/pool';
import { prepareResume } from '../engine/resume/resume';
import type { RunOutcome } from '../engine/run/options';
import { runFlow } from '../engine/run/run';
import type { KeptSpin } from '../engine/spin/kept';
import type { SpinOutcome } from '../engine/spin/outcome';
import { spin } from '../engine/spin/spin';
import type { TaskLog } from '../engine/task/task';
import { currentUser } from '../environment/user';
import { findWorkspace } from '../environment/workspace';
import type { Store } from '../store/store';
import type { RunRequest, SpinRequest } from './backend';

export interface SpinHow {
  log: TaskLog;
  lenient: boolean;
  /** Where a spin is kept that is to be. */
  spins(): Store;
  /** Told what keeps it: it wants to hear what the step prints. */
  began(kept: KeptSpin): void;
}

/** @throws FlowError for bad usage; what the step throws is part of the outcome */
export function spinStep(
  graph: Graph,
  store: Store,
  request: SpinRequest,
  { log, lenient, spins, began }: SpinHow,
): Promise<SpinOutcome> {
  const { step, from, given, alone, params, index, iteration, namespace } = request;
  requireStep(graph, { ...(from?.flow === undefined ? {} : { flow: from.flow }), step });
  const place = {
    ...(index ? { index: [...index] } : {}),
    ...(iteration === undefined ? {} : { iteration }),
  };
  return spin({
    graph,
    store,
    selection: {
      step,
      namespace,
      ...(from?.run === undefined ? {} : { run: from.run }),
      ...(from?.task === undefined ? {} : { task: from.task }),
      ...place,
      anyArm: Object.keys(given).length > 0,
    },
    ...(alone ? { alone: givenAlone(graph, { step, artifacts: alone.artifacts, ...place }) } : {}),
    given,
    lenient,
    set: {},
    params,
    user: currentUser(),
    cwd: process.cwd(),
    log,
    ...(request.persist
      ? {
          async keep(origin, values) {
            const { KeptSpin } = await import('../engine/spin/kept');
            const user = currentUser();
            const options = { graph, store: spins(), from: store.cas, user, namespace, given: params };
            const kept = await KeptSpin.begin(options, step, origin, values);
            began(kept);
            return kept;
          },
        }
      : {}),
  });
}

export interface RunHow {
  workers: number;
  file?: string;
  pool(host: PoolHost): Pool;
}

/** @throws FlowError for bad usage; what a step throws is part of the outcome */
export async function runWhole(
  graph: Graph,
  store: Store,
  { params, tags, namespace, resume }: RunRequest,
  how: RunHow,
): Promise<RunOutcome> {
  if (resume?.from?.flow !== undefined) requireStep(graph, { flow: resume.from.flow, step: 'start' });
  const prepared = resume
    ? await prepareResume({
        graph,
        store,
        params,
        namespace,
        ...(resume.from?.run === undefined ? {} : { run: resume.from.run }),
        ...(resume.step === undefined ? {} : { step: resume.step }),
      })
    : { params: parseParams(graph, params) };
  return runFlow({
    ...prepared,
    ...how,
    graph,
    store,
    user: currentUser(),
    namespace,
    tags: [...tags],
    cwd: process.cwd(),
    workspace: findWorkspace(process.cwd()),
    emit: () => {},
  });
}
