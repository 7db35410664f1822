/** The JSON that `spin` prints. */
import type { SpinOutcome } from '../../engine/spin/outcome';
import { preview } from '../render/spin';

export function jsonResult(outcome: SpinOutcome, outputPath: string): object {
  const artifacts = Object.fromEntries(
    outcome.artifacts.map(({ name, type, size, digest, change, ...rest }) => [
      name,
      { type, size, digest, change, preview: preview(rest, 120) },
    ]),
  );
  const { step, origin, status, durationMs, error, hints, kept } = outcome;
  return {
    step,
    origin: origin ?? null,
    status,
    durationMs: Math.round(durationMs * 1000) / 1000,
    artifacts,
    outputPath,
    ...(error
      ? { error: { name: error.name, message: error.message, ...(error.code ? { code: error.code } : {}) } }
      : {}),
    ...(hints.length > 0 ? { hints } : {}),
    ...(kept === undefined ? {} : { kept }),
  };
}
