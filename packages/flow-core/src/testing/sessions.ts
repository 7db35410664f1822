/** Turns a Runner's requests into those of a session, both in the Runner's own process and in its child. */
import { FlowError } from '../definition/errors';
import type { Graph } from '../definition/graph';
import { parseParams } from '../definition/params';
import { onlyGivenInputs } from '../engine/inputs/only-given';
import { requireStep } from '../engine/inputs/selection';
import { prepareResume } from '../engine/resume/resume';
import type { Emit } from '../engine/task/flow-event';
import { currentUser } from '../environment/user';
import { beginIn } from '../session/persisted-spins';
import type { RunRequest as SessionRun } from '../session/run';
import type { Session } from '../session/session';
import type { SpinRequest as SessionSpin } from '../session/spin';
import type { Store } from '../store/store';
import type { RunRequest, SpinRequest } from './backend';

export function sessionOf(
  graph: Graph,
  store: Store,
  more: Pick<Session, 'workspace'> & Partial<Pick<Session, 'file' | 'fingerprint' | 'git'>>,
  emit: Emit = () => {},
): Session {
  return { graph, store, user: currentUser(), with: [], emit, ...more };
}

/** @throws FlowError FLOW_STEP_NOT_FOUND, FLOW_PATHSPEC_FLOW, FLOW_USAGE, and those of artifacts that were given */
export async function spinRequest(
  session: Session,
  request: SpinRequest,
  spins: () => Store,
): Promise<SessionSpin> {
  const { graph } = session;
  const { step, from, given, alone, params, index, iteration, namespace, persist } = request;
  requireStep(graph, { ...(from?.flow === undefined ? {} : { flow: from.flow }), step });
  if (from?.task !== undefined && (index || iteration !== undefined)) {
    const message =
      '`from` is a task, which is one split and one iteration already: leave `index` and `iteration` out.';
    throw new FlowError('FLOW_USAGE', message);
  }
  const place = {
    ...(index ? { index: [...index] } : {}),
    ...(iteration === undefined ? {} : { iteration }),
  };
  return {
    selection: {
      step,
      namespace,
      ...(from?.run === undefined ? {} : { run: from.run }),
      ...(from?.task === undefined ? {} : { task: from.task }),
      ...place,
      ignoreSwitch: Object.keys(given).length > 0,
    },
    ...(alone
      ? { onlyGiven: await onlyGivenInputs(graph, { step, artifacts: alone.artifacts, ...place }) }
      : {}),
    overrides: given,
    params,
    ...(persist ? { persist: beginIn(session, spins(), { namespace, paramInputs: params }) } : {}),
  };
}

/** @throws FlowError FLOW_PARAMS, FLOW_RUN_NOT_FOUND, FLOW_NOTHING_TO_RESUME, FLOW_STEP_NOT_FOUND */
export async function runRequest(
  { graph, store }: Session,
  { params, tags, namespace, resume }: RunRequest,
  how: Pick<SessionRun, 'workers' | 'pool'>,
): Promise<SessionRun> {
  if (resume?.from?.flow !== undefined) requireStep(graph, { flow: resume.from.flow, step: 'start' });
  const prepared = resume
    ? await prepareResume({
        ...{ graph, store, params, namespace },
        ...(resume.from?.run === undefined ? {} : { run: resume.from.run }),
        ...(resume.step === undefined ? {} : { step: resume.step }),
      })
    : { params: parseParams(graph, params) };
  return { ...prepared, ...how, tags, namespace };
}
