/** Executes a step of the task graph on the handovers of earlier steps in `dist/flow`. Records nothing. */
import { createHash } from 'node:crypto';
import { relative } from 'node:path';
import type { StepNode } from '../definition/graph';
import { parseParams } from '../definition/params';
import { Draft, executeStep } from '../engine/handover/step';
import { isStillValid, logsOf, stepKeyDigest } from '../engine/handover/valid';
import { requireStep } from '../engine/inputs/selection';
import { renameManifest } from '../engine/outputs/manifest';
import { ProcessPool } from '../engine/pool/process-pool';
import type { Emit, StepDone, StepStillValid } from '../engine/task/flow-event';
import { stepFolder } from '../environment/output-folders';
import { currentUser, ownNamespace } from '../environment/user';
import { findPlaceFile, loadPlaceFlow, type Place } from './place';
import { hideSecrets, type SessionOptions } from './session';

export interface StepRequest {
  /** The given step. Undefined is refused with the names of all steps. */
  step: string | undefined;
  /** The given parameters. */
  params: Record<string, unknown>;
  workers: number;
  /** A hash of the step's code and of the files that it may read, if the caller knows it. */
  codeKey?: string;
  /** Execute the step even if its outputs are still valid. */
  force?: boolean;
  /** The hash under which a cache will store the outputs. */
  task?: string;
  /** As in {@link SpinOutputs}: called before the outputs replace the folder. */
  codeChanged?(): Promise<string | undefined>;
  emit: Emit;
  /** As in a session: given what hides the secrets of the flow. */
  hide?: SessionOptions['hide'];
  signal: AbortSignal;
}

/**
 * @throws FlowError for bad usage: FLOW_STEP_NOT_FOUND, FLOW_PARAMS, FLOW_HANDOVER, FLOW_OUTPUTS_UNWRITABLE. What
 * the step throws is part of the outcome.
 */
export async function executeStepOf(place: Place, request: StepRequest): Promise<StepDone | StepStillValid> {
  const { workspace } = place;
  const { params, workers, codeKey, task, emit, signal } = request;
  const file = await findPlaceFile(place);
  await place.env?.load(place, file);
  process.chdir(workspace);
  const draft = new Draft(workspace);
  const pool = new ProcessPool({ file, flow: place.flow, cas: draft.cas, max: workers, with: [] }).warm();
  try {
    const graph = await loadPlaceFlow(place, file);
    if (graph.secrets) await hideSecrets(graph, request.hide);
    const { name: step } = requireStep(graph, request.step === undefined ? {} : { step: request.step });
    const folder = stepFolder(workspace, graph.flow, step);
    const outputs = relative(workspace, folder);
    const user = currentUser();
    const namespace = ownNamespace();
    const key =
      codeKey === undefined
        ? undefined
        : stepKeyDigest({
            ...{ graph, workspace, user, namespace, params },
            step: graph.steps.get(step) as StepNode,
            code: codeKey,
          });
    if (key !== undefined && !request.force && isStillValid(folder, key)) {
      if (task !== undefined) renameManifest(folder, task);
      // A cache replays this output later: what the step printed belongs to it.
      const valid: StepStillValid = {
        ...{ type: 'step-still-valid', flow: graph.flow, step, outputs },
        logs: [...logsOf(folder)],
      };
      emit(valid);
      return valid;
    }
    const { outcome, digests, uncached } = await executeStep(
      {
        ...{ graph, step, workspace, user, namespace, workers, emit, signal },
        params: parseParams(graph, params),
        paramsDigest: digestOfParams(params),
        pool: (host) => pool.attach(host),
        ...(key === undefined ? {} : { key }),
        ...(task === undefined ? {} : { task }),
        ...(request.codeChanged ? { codeChanged: request.codeChanged } : {}),
      },
      draft,
    );
    const { status, durationMs, tasks, error } = outcome;
    const names = digests?.tasks.flatMap(({ artifacts }) => artifacts.map(([name]) => name)) ?? [];
    const done: StepDone = {
      ...{ type: 'step-done', flow: graph.flow, step, durationMs, tasks, outputs },
      status: status === 'failed' ? 'failed' : 'done',
      ...(digests ? { chosen: digests.chosen } : {}),
      artifacts: [...new Set(names)],
      ...(error ? { error } : {}),
    };
    emit(done);
    if (uncached !== undefined) emit({ type: 'not-cached', reason: uncached });
    return done;
  } finally {
    await pool.close();
    draft.remove();
  }
}

/** Independent of the parameters' order. The content of named files does not count: a step may write one. */
function digestOfParams(given: Record<string, unknown>): string {
  const sorted = Object.entries(given).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex');
}
