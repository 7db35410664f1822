/** Questions that are being answered: equal ones are one, few are answered at once, and one ends when all who asked have gone. */
import { notUnderstood } from '../replies';

/** How many are answered at once: each takes a CPU. The others wait. */
const AT_ONCE = 4;

/** @param end aborted when nobody waits for it any more */
export type Work<T> = (end: AbortSignal) => Promise<T>;

interface Open {
  answer: Promise<unknown>;
  end: AbortController;
  /** How many wait for it. */
  waiting: number;
}

export class Asked {
  readonly #open = new Map<string, Open>();
  /** Those that are not over, also where nobody waits for them. */
  readonly #alive = new Set<Promise<unknown>>();
  readonly #queue: (() => void)[] = [];
  #busy = 0;

  /**
   * @param key is the same for equal questions
   * @param signal of who asks
   * @throws FlowError FLOW_UI_REQUEST to who has gone, and what the work throws
   */
  join<T>(key: string, work: Work<T>, signal: AbortSignal): Promise<T> {
    if (signal.aborted) return Promise.reject(hasGone());
    const open = this.#open.get(key) ?? this.#begin(key, work);
    open.waiting++;
    return new Promise<T>((resolve, reject) => {
      const leave = () => {
        if (--open.waiting === 0) this.#end(key, open);
        reject(hasGone());
      };
      signal.addEventListener('abort', leave, { once: true });
      (open.answer as Promise<T>)
        .then(resolve, reject)
        .finally(() => signal.removeEventListener('abort', leave));
    });
  }

  /** Resolves when none of them is left. */
  async close(): Promise<void> {
    for (const [key, open] of this.#open) this.#end(key, open);
    await Promise.allSettled(this.#alive);
  }

  #begin<T>(key: string, work: Work<T>): Open {
    const end = new AbortController();
    const answer = this.#inTurn(work, end.signal);
    const open: Open = { answer, end, waiting: 0 };
    this.#open.set(key, open);
    this.#alive.add(answer);
    const over = () => {
      this.#alive.delete(answer);
      if (this.#open.get(key) === open) this.#open.delete(key);
    };
    answer.then(over, over);
    return open;
  }

  /** Who asks the same from now on gets an answer of its own. */
  #end(key: string, open: Open): void {
    if (this.#open.get(key) === open) this.#open.delete(key);
    open.end.abort();
  }

  async #inTurn<T>(work: Work<T>, end: AbortSignal): Promise<T> {
    if (this.#busy >= AT_ONCE) await new Promise<void>((resolve) => this.#queue.push(resolve));
    else this.#busy++;
    try {
      if (end.aborted) throw hasGone();
      return await work(end);
    } finally {
      const next = this.#queue.shift();
      if (next) next();
      else this.#busy--;
    }
  }
}

const hasGone = () => notUnderstood('Whoever asked has gone.');
