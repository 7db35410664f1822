/** Which workers do not execute the tasks of a step, and why. */
import { compareFingerprints, FlowError, type Part, packageVersion } from '@nx-flow/core/queue';
import type { Refusal } from '../wire/message';

/** The most differences that are told of a worker, and the most workers that are told of. */
const MOST = 3;

export class Refusals {
  readonly #all = new Map<string, Map<string, Refusal>>();
  /** By step and worker. */
  readonly #told = new Set<string>();

  /** Returns whether the worker had never refused it before. */
  add(queue: string, step: string, worker: string, refusal: Refusal): boolean {
    const key = keyOf(queue, step);
    const workers = this.#all.get(key) ?? new Map<string, Refusal>();
    this.#all.set(key, workers);
    workers.set(worker, refusal);
    const told = this.#told.size;
    return this.#told.add(`${key}\0${worker}`).size > told;
  }

  by(queue: string, step: string): string[] {
    return [...(this.#all.get(keyOf(queue, step))?.keys() ?? [])];
  }

  /** They are asked again. */
  forget(queue: string, step: string): void {
    this.#all.delete(keyOf(queue, step));
  }

  /** One of these workers that could not reach the large values. */
  withoutBlobs(
    queue: string,
    step: string,
    workers: readonly string[],
  ): { worker: string; why: string } | undefined {
    for (const worker of workers) {
      const refusal = this.#all.get(keyOf(queue, step))?.get(worker);
      if (refusal?.reason === 'unable' && refusal.code === 'FLOW_BLOBS_AWAY')
        return { worker, why: refusal.why };
    }
    return undefined;
  }

  /**
   * Why none of these workers executes the step. Undefined while one of them might, and where there are none.
   * @param parts the code of the step as the run has it
   */
  error(
    queue: string,
    step: string,
    workers: readonly string[],
    parts: readonly Part[],
  ): FlowError | undefined {
    const known = this.#all.get(keyOf(queue, step));
    if (!known || workers.length === 0 || workers.some((worker) => !known.has(worker))) return undefined;
    const refusals = workers.map((worker) => [worker, known.get(worker) as Refusal] as const);
    const texts = refusals
      .slice(0, MOST)
      .map(([worker, refusal]) => `${worker}: ${refusalText(refusal, parts)}`);
    const more = refusals.length > MOST ? `; and ${refusals.length - MOST} more` : '';
    const message = `No worker of the queue ${queue} executes the step ${step}. ${texts.join('; ')}${more}.`;
    return new FlowError(codeOf(refusals.map(([, refusal]) => refusal)), message, { exit: 1 });
  }
}

/** Other code is what people can do something about, and what they look for first. */
function codeOf(refusals: readonly Refusal[]): string {
  if (refusals.some(({ reason }) => reason === 'code')) return 'FLOW_WORKER_CODE';
  const unable = refusals.find((one) => one.reason === 'unable');
  return unable ? unable.code || 'FLOW_WORKER_UNABLE' : 'FLOW_WORKER_VERSION';
}

/** Without a full stop. */
export function refusalText(refusal: Refusal, parts: readonly Part[]): string {
  switch (refusal.reason) {
    case 'version':
      return `it has nx-flow ${refusal.engine} on Node ${refusal.node}, and the run nx-flow ${packageVersion()} on Node ${process.version}`;
    case 'unable':
      return refusal.why.replace(/\.$/, '');
    case 'code': {
      const found = compareFingerprints({ parts }, { parts: refusal.parts });
      const texts = found.slice(0, MOST).map(({ text, at }) => (at === undefined ? text : `${text} (${at})`));
      const more = found.length > MOST ? `, and ${found.length - MOST} more` : '';
      return `its code differs: ${texts.join(', ')}${more}`;
    }
  }
}

const keyOf = (queue: string, step: string) => `${queue}\0${step}`;
