/** run: a new run of a whole flow, from start to end, everything recorded. */
import { randomUUID } from 'node:crypto';
import { FlowError } from '../../definition/errors';
import { ancestors, hasPackages } from '../../definition/graph';
import { EVERYBODY } from '../../environment/user';
import { encodeArtifact } from '../../store/artifacts';
import type { ArtifactRecord } from '../../store/rows';
import { requireTags } from '../../store/tags';
import type { Installed } from '../pool/packages';
import { Coordinator } from './coordinator';
import type { RunOptions, RunOutcome } from './options';

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

/** Installs before the run starts, so that a missing version fails the command, not its last task. */
async function packagesOf(options: RunOptions): Promise<ReadonlyMap<string, Installed>> {
  const { graph, until, only, workspace = options.cwd, emit, signal } = options;
  if (![...graph.steps.values()].some(hasPackages)) return new Map();
  const { installOfSteps } = await import('../pool/packages');
  const wanted =
    only !== undefined ? new Set([only]) : until === undefined ? undefined : ancestors(graph, until);
  return installOfSteps(graph, wanted, {
    workspace,
    signal,
    installing: (packages) => emit({ type: 'packages-installing', packages }),
  });
}
