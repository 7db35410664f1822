/** Executes one step of a flow, all splits and iterations, on the handovers of earlier steps. Records nothing. */
import { join } from 'node:path';
import type { Graph } from '../../definition/graph';
import type { Parameters } from '../../definition/params';
import { flowsFolder, stepFolder } from '../../environment/output-folders';
import { sweepTemporary, temporaryName } from '../../environment/temporary';
import { writeManifest } from '../outputs/manifest';
import { discardFolder, replaceFolder } from '../outputs/replace';
import { requireOutputs, roomForOutputs, writingOutputs } from '../outputs/writable';
import type { Pool, PoolHost } from '../pool/pool';
import { Takeover } from '../resume/takeover';
import type { RunOutcome } from '../run/options';
import { runFlow } from '../run/run';
import type { Emit } from '../task/flow-event';
import type { StepDigests } from './layout';
import { writeNatural } from './natural-form';
import { readHandovers } from './read';
import { writeKey } from './valid';
import { writeHandover } from './write';

export interface StepOptions {
  graph: Graph;
  step: string;
  workspace: string;
  params: Parameters;
  /** A digest of the given parameters: all steps must be executed with the same. */
  paramsDigest: string;
  user: string;
  namespace: string;
  workers: number;
  emit: Emit;
  /** Executes the tasks. Their large values go into the draft's `cas`. */
  pool(host: PoolHost): Pool;
  signal?: AbortSignal;
  /** What the execution depends on. It is kept in the folder, to check later whether the folder is still valid. */
  key?: string;
  /** The hash under which a cache will store the folder. */
  task?: string;
  /** Called before the folder is replaced. Returns what changed since `key` and `task` were computed. */
  codeChanged?(): Promise<string | undefined>;
}

export interface StepOutcome {
  outcome: RunOutcome;
  /** Absent when a task failed. Then the folder is unchanged. */
  digests?: StepDigests;
  folder: string;
  /** What changed since the execution's key was computed: then nothing may be cached. */
  uncached?: string;
}

/** The folder of an unfinished step execution. It is next to the flows' folders, since it becomes one of them. */
export class Draft {
  readonly folder: string;
  /** Large values of this step, and links to those of earlier steps. */
  readonly cas: string;
  /** The part that becomes the step's folder. */
  readonly outputs: string;

  constructor(workspace: string) {
    const flows = flowsFolder(workspace);
    sweepTemporary(flows);
    this.folder = join(flows, temporaryName());
    this.cas = join(this.folder, 'cas');
    this.outputs = join(this.folder, 'outputs');
  }

  remove(): void {
    discardFolder(this.folder);
  }
}

/**
 * `retry` and `catch` apply, as in a run. The step's folder is replaced in one piece when all its tasks are done.
 * @throws FlowError FLOW_HANDOVER when an earlier step has no handover or was executed with other parameters;
 * FLOW_OUTPUTS_UNWRITABLE
 */
export async function executeStep(options: StepOptions, draft: Draft): Promise<StepOutcome> {
  const { graph, step, workspace } = options;
  const folder = stepFolder(workspace, graph.flow, step);
  requireOutputs(workspace, flowsFolder(workspace), folder);
  await roomForOutputs(workspace, options.emit);
  const { store, origin } = await readHandovers(options, draft.cas);
  const takeover = await Takeover.of({ graph, store, origin, changed: new Set() });
  const outcome = await runFlow({
    ...options,
    store,
    takeover,
    until: step,
    only: step,
    unrecorded: true,
    tags: [],
    cwd: workspace,
  });
  if (outcome.status === 'failed') return { outcome, folder };
  const executed = {
    store,
    graph,
    flow: graph.flow,
    run: outcome.run,
    step,
    paramsDigest: options.paramsDigest,
  };
  return writingOutputs(workspace, async () => {
    const digests = await writeHandover(executed, draft.outputs);
    await writeNatural(executed, draft.outputs, graph.codecs);
    const uncached = await options.codeChanged?.();
    if (options.key !== undefined && uncached === undefined) writeKey(draft.outputs, options.key);
    writeManifest(draft.outputs, uncached === undefined ? options.task : '');
    replaceFolder(draft.outputs, folder);
    return { outcome, digests, folder, ...(uncached === undefined ? {} : { uncached }) };
  });
}
