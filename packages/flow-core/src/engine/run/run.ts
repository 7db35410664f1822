/** run: a new run of a whole flow, from start to end, everything recorded. */
import { randomUUID } from 'node:crypto';
import { FlowError } from '../../definition/errors';
import { ancestors, hasPackages } from '../../definition/graph';
import { EVERYBODY } from '../../environment/user';
import type { Look } from '../../store/cas/file';
import { keys } from '../../store/kv/row-keys';
import type { ArtifactRecord } from '../../store/rows/rows';
import { requireTags } from '../../store/rows/tags';
import { encodeArtifact } from '../../store/values/artifacts';
import type { Installed } from '../pool/packages';
import { Coordinator } from './coordinator';
import type { RunOptions, RunOutcome } from './options';

/** @throws FlowError FLOW_INVALID, FLOW_TAG, FLOW_TAG_SYSTEM, FLOW_NAMESPACE, FLOW_ARTIFACT_UNSTORABLE, FLOW_SECRET, FLOW_SECRET_ARTIFACT */
export async function runFlow(given: RunOptions): Promise<RunOutcome> {
  const { graph, store } = given;
  const { options, look } = graph.secrets ? await withoutSecrets(given) : { options: given };
  requireTags(options.tags);
  if (options.namespace === EVERYBODY) {
    const message = `A run is in one namespace, and "${EVERYBODY}" stands for all of them: give another, or none.`;
    throw new FlowError('FLOW_NAMESPACE', message);
  }
  if ([...graph.steps.values()].some(({ share }) => share)) {
    const { requireSharedNames } = await import('../../source/shared-names');
    await requireSharedNames(graph);
  }
  const packages = await packagesOf(options);
  const stored = store.storing();
  try {
    const params: [string, ArtifactRecord][] = [];
    for (const [name, value] of Object.entries(options.params.parsed)) {
      params.push([name, await encodeArtifact(name, value, store.cas, graph.codecs, look?.(name))]);
    }
    const run = await store.claimRun(graph.flow, randomUUID());
    return await new Coordinator(options, run, params, packages).execute();
  } finally {
    stored();
  }
}

/** Installs before the run starts, so that a missing version fails the command, not its last task. */
async function packagesOf(options: RunOptions): Promise<ReadonlyMap<string, Installed>> {
  const { graph, store, workspace = options.cwd, emit, signal } = options;
  if (![...graph.steps.values()].some(hasPackages)) return new Map();
  const { installOfSteps } = await import('../pool/packages');
  return installOfSteps(graph, wantedSteps(options), {
    workspace,
    signal,
    installing: (packages) => emit({ type: 'packages-installing', packages }),
    using: (set) => store.holds.pin([keys.pinPackages(set)]),
  });
}

/** The steps that may be executed; undefined means all. */
function wantedSteps({ graph, until, only }: RunOptions): Set<string> | undefined {
  if (only !== undefined) return new Set([only]);
  return until === undefined ? undefined : ancestors(graph, until);
}

/** Of those, the ones that are executed here: workers elsewhere have the secrets of the others in their environment. */
function stepsHere(options: RunOptions): Set<string> | undefined {
  const { graph, on } = options;
  const wanted = wantedSteps(options);
  if (!on) return wanted;
  return new Set([...(wanted ?? graph.steps.keys())].filter((step) => on(step) === undefined));
}

/**
 * The run whose pool tells it nothing that shows a secret.
 * @returns `look` gives what sees the bytes of a parameter that is a file
 */
async function withoutSecrets(
  options: RunOptions,
): Promise<{ options: RunOptions; look(name: string): Look }> {
  const [{ secretsFor }, { maskedEvents }, { maskedHost }] = await Promise.all([
    import('../secrets/secrets'),
    import('../secrets/output'),
    import('../pool/masked-host'),
  ]);
  const { graph, params, git, pool } = options;
  const secrets = secretsFor(graph, stepsHere(options));
  secrets.refuseParams(params.paramInputs);
  secrets.refuseParams(params.parsed);
  secrets.refuseRecord(options);
  return {
    options: {
      ...options,
      ...(git ? { git: git.then(secrets.maskIn) } : {}),
      emit: maskedEvents(secrets, options.emit),
      pool: (host) => pool(maskedHost(host, secrets)),
    },
    look: (name) => secrets.look(`The parameter ${name}`, 'its file holds', 2),
  };
}
