/** In the place of `engine/pool/process-pool`: tasks are executed in this process, which takes a thousandth of the time. */
import { InProcessPool } from '../../../src/engine/pool/in-process-pool';
import type { Pool, PoolHost } from '../../../src/engine/pool/pool';
import type { ProcessPoolOptions } from '../../../src/engine/pool/process-pool';
import { loadFlow } from '../../../src/source/load';
import { FileCas } from '../../../src/store/cas/cas';
import { openStore } from './open';

export class ProcessPool implements Pool {
  readonly #options: ProcessPoolOptions;
  #pool: InProcessPool | undefined;
  #loading: Promise<void> | undefined;
  #closed = false;

  constructor(options: ProcessPoolOptions) {
    this.#options = options;
  }

  warm(): this {
    return this;
  }

  attach(host: PoolHost): this {
    const { file, flow, cas } = this.#options;
    // The draft of a step has a CAS of its own.
    const values = cas.includes('dist') ? new FileCas(cas) : openStore().cas;
    this.#loading = loadFlow(file, flow).then(
      (graph) => {
        this.#pool = new InProcessPool(graph, values, host);
        if (!this.#closed) this.#pool.wake();
      },
      (error) => host.broken(error),
    );
    return this;
  }

  wake(): void {
    this.#pool?.wake();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#loading;
    await this.#pool?.close();
  }
}
