/** One step of a flow on what the steps before it handed over: every split and iteration of it, and nothing is recorded. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Graph } from '../../definition/graph';
import type { Parameters } from '../../definition/params';
import { flowsFolder, stepFolder } from '../outputs/layout';
import { writeManifest } from '../outputs/manifest';
import { discardFolder, replaceFolder } from '../outputs/replace';
import { requireOutputs, writingOutputs } from '../outputs/writable';
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
  /** A digest of what was given for them: all steps are executed on the same. */
  paramsDigest: string;
  user: string;
  namespace: string;
  workers: number;
  emit: Emit;
  /** Executes the tasks; large values of theirs lie in the draft's `cas`. */
  pool(host: PoolHost): Pool;
  signal?: AbortSignal;
  /** What the execution depends on: the folder tells later whether it still stands. */
  key?: string;
  /** The hash by which a cache will know the folder. */
  task?: string;
  /** Asked before the folder is replaced: what was not as it was when `key` and `task` were made. */
  codeChanged?(): Promise<string | undefined>;
}

export interface StepOutcome {
  outcome: RunOutcome;
  /** Absent where a task failed: then the folder is as it was. */
  digests?: StepDigests;
  folder: string;
  /** What was not as it was when the execution's key was made: nothing may be cached. */
  uncached?: string;
}

/** The folder in which a step's execution keeps what is not finished: next to the flows' folders, for it becomes one of theirs. */
export class Draft {
  readonly folder: string;
  /** Large values of this step and, linked, of those before it. */
  readonly cas: string;
  /** What becomes the step's folder. */
  readonly outputs: string;

  constructor(workspace: string) {
    this.folder = join(flowsFolder(workspace), `.${process.pid}-${randomBytes(4).toString('hex')}`);
    this.cas = join(this.folder, 'cas');
    this.outputs = join(this.folder, 'outputs');
  }

  remove(): void {
    discardFolder(this.folder);
  }
}

/**
 * `retry` and `catch` apply, as in a run. The step's folder is replaced in one piece when all its tasks are done.
 * @throws FlowError FLOW_HANDOVER where a step before this one has handed nothing over, or was executed on other
 * parameters; FLOW_OUTPUTS_UNWRITABLE
 */
export async function executeStep(options: StepOptions, draft: Draft): Promise<StepOutcome> {
  const { graph, step, workspace } = options;
  const folder = stepFolder(workspace, graph.flow, step);
  requireOutputs(workspace, flowsFolder(workspace), folder);
  const { store, origin } = await readHandovers(options, draft.cas);
  const takeover = await Takeover.of({ store, origin, changed: new Set() });
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
  const executed = { store, flow: graph.flow, run: outcome.run, step, paramsDigest: options.paramsDigest };
  return writingOutputs(workspace, async () => {
    const digests = await writeHandover(executed, draft.outputs);
    await writeNatural(executed, draft.outputs, graph.codecs);
    const uncached = await options.codeChanged?.();
    if (options.key !== undefined && uncached === undefined) writeKey(draft.outputs, options.key);
    writeManifest(draft.outputs, uncached === undefined ? options.task : '');
    await replaceFolder(draft.outputs, folder);
    return { outcome, digests, folder, ...(uncached === undefined ? {} : { uncached }) };
  });
}
