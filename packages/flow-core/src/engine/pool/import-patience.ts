/** A worker that imports the flow, as its pool sees it: how long that may take, and what it comes to when it fails. */
import { clearTimeout, setTimeout } from 'node:timers';
import { FlowError } from '../../definition/errors';
import { importWatch, tellSlow } from '../../source/import-watch';
import type { ErrorRecord } from '../../store/rows/rows';
import { fromRecord } from '../task/error-record';

export class ImportPatience {
  readonly #file: string;
  readonly #slow: NodeJS.Timeout;
  readonly #limit: NodeJS.Timeout;
  /** The limit that the worker was killed for. Milliseconds. */
  #expired: number | undefined;

  /** @param graceMs what it gets beyond the limit */
  constructor(file: string, kill: () => void, { timeoutMs, slowMs } = importWatch(), graceMs = 0) {
    this.#file = file;
    this.#slow = setTimeout(() => tellSlow(file), slowMs).unref();
    this.#limit = setTimeout(() => {
      this.#expired = timeoutMs;
      kill();
    }, timeoutMs + graceMs).unref();
  }

  /** The import took too long, and the worker was killed for it. */
  get over(): boolean {
    return this.#expired !== undefined;
  }

  end(): void {
    clearTimeout(this.#slow);
    clearTimeout(this.#limit);
  }

  /** @param how `was killed by SIGKILL` */
  async why(how: string): Promise<FlowError> {
    const { slowError, workerEndedError } = await import('../../source/import-error');
    return this.#expired === undefined
      ? workerEndedError(this.#file, how)
      : slowError(this.#file, this.#expired);
  }
}

/** The error that a worker sent. A FlowError is one again, so that it is told as bad usage is. */
export function brokenBy(record: ErrorRecord): FlowError | ErrorRecord {
  const { name, code, message, cause, where } = record;
  if (name !== 'FlowError' || code === undefined) return record;
  return new FlowError(code, message, {
    ...(cause === undefined ? {} : { cause: fromRecord(cause) }),
    ...(where === undefined ? {} : { problems: [{ code, message, where }] }),
  });
}
