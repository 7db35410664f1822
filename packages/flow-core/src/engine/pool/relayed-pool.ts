/** One pool for several users, one after another: its workers stay, with the flow imported. */
import type { Attachable, Pool, PoolHost } from './pool';

export class RelayedPool {
  readonly #pool: Attachable;
  #host: PoolHost | undefined;
  #attached: Pool | undefined;

  constructor(pool: Attachable) {
    this.#pool = pool;
  }

  /** All of them must be of one run. Closing what is returned leaves the workers for the next one. */
  attach(host: PoolHost): Pool {
    this.#host = host;
    this.#attached ??= this.#pool.attach(this.#relay(host));
    return {
      wake: () => this.#attached?.wake(),
      close: async () => {
        if (this.#host === host) this.#host = undefined;
      },
    };
  }

  /** Ends the workers. */
  end(): Promise<void> {
    return this.#pool.close();
  }

  #relay({ run }: PoolHost): PoolHost {
    return {
      run,
      pull: (kind) => this.#host?.pull(kind),
      pending: (kind) => this.#host?.pending(kind) ?? 0,
      kinds: () => this.#host?.kinds() ?? [],
      view: (label) => (this.#host as PoolHost).view(label),
      started: (job) => this.#host?.started(job),
      log: (...said) => this.#host?.log(...said),
      card: (...shown) => this.#host?.card?.(...shown),
      finished: (...ended) => this.#host?.finished(...ended),
      late: (...said) => this.#host?.late(...said),
      silent: (...said) => this.#host?.silent(...said),
      broken: (error) => this.#host?.broken(error),
    };
  }
}
