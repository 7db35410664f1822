/** The secrets of a flow at a worker: it has them in its own environment, and nothing that it says shows them. */
import { FlowError, maskedHost, type PoolHost, Secrets, valuesOf } from '@nx-flow/core/queue';

/** @throws FlowError FLOW_SECRET where one is not there, or too short to be recognised */
export function requireHere(step: string, needs: readonly string[]): void {
  const values = valuesOf({ secrets: needs, steps: new Map() });
  const missing = needs.filter((name) => !values.has(name));
  if (missing.length === 0) return;
  const message = `The step ${step} needs the secret ${missing.join(' and ')}, which the worker has not in its environment.`;
  throw new FlowError('FLOW_SECRET', message);
}

/** The same host, which hears nothing that shows a secret. */
export function withoutSecrets(host: PoolHost, names: readonly string[]): PoolHost {
  if (names.length === 0) return host;
  const plain: PoolHost = {
    run: host.run,
    pull: (kind) => host.pull(kind),
    pending: (kind) => host.pending(kind),
    kinds: () => host.kinds(),
    view: (label) => host.view(label),
    started: (job) => host.started(job),
    log: (...said) => host.log(...said),
    card: (...shown) => host.card?.(...shown),
    finished: (...ended) => host.finished(...ended),
    late: (...said) => host.late(...said),
    silent: (...said) => host.silent(...said),
    broken: (error) => host.broken(error),
  };
  return maskedHost(plain, new Secrets(valuesOf({ secrets: names, steps: new Map() })));
}
