/** A run or a spin as its pool sees it: it hears nothing that shows a secret. */
import { FlowError, isFlowError } from '../../definition/errors';
import { isErrorLike } from '../../definition/thrown';
import type { ErrorRecord } from '../../store/rows/rows';
import { type MaskedOutput, maskedOutput } from '../secrets/output';
import type { Secrets } from '../secrets/secrets';
import { fromRecord, toRecord } from '../task/error-record';
import { forwardedHost } from './forwarded-host';
import type { Job } from './job';
import type { PoolHost } from './pool';

/** The same host: what tasks print and throw reaches it masked, whoever heard it, and however it was cut. */
export function maskedHost(host: PoolHost, secrets: Secrets): PoolHost {
  // Pieces of two pipes come in turn: a secret that is cut in one of them is whole only there.
  const [own, past] = [new Map<Job, MaskedOutput>(), new Map<Job, MaskedOutput>()];
  return {
    ...forwardedHost(host),
    log(job, stream, text, isPast = false) {
      const printed = isPast ? past : own;
      const output = printed.get(job) ?? maskedOutput(secrets, (name, shown) => host.log(job, name, shown));
      printed.set(job, output);
      output.log(stream, text);
    },
    finished(job, outcome) {
      for (const printed of [own, past]) {
        printed.get(job)?.end();
        printed.delete(job);
      }
      host.finished(job, secrets.outcome(outcome));
    },
    late: (task, text) => host.late(task, secrets.mask(text)),
    broken: (error) => host.broken(maskedError(error, secrets)),
  };
}

/** @param error an error, or the record of one */
function maskedError(error: unknown, secrets: Secrets): unknown {
  if (!isErrorLike(error)) return secrets.error(error as ErrorRecord);
  const record = toRecord(error);
  const masked = secrets.error(record);
  if (masked === record) return error;
  if (!isFlowError(error)) return fromRecord(masked);
  const cause = masked.cause && fromRecord(masked.cause);
  return new FlowError(error.code, masked.message, { exit: error.exit, cause });
}
