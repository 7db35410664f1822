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
  return maskedHost(host, new Secrets(valuesOf({ secrets: names, steps: new Map() })));
}
