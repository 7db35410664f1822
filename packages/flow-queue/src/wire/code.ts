/** The code of a step: run and worker compare it by its digest. */
import type { Fingerprints, StepFingerprint } from '@nx-flow/core/queue';

/** Where its declaration could not be found, all that the flow loads. */
export function stepCode({ steps, other }: Fingerprints, step: string): StepFingerprint {
  return (Object.hasOwn(steps, step) ? steps[step] : undefined) ?? other;
}
