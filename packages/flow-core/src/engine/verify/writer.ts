/** Writes many records to a new database, some at a time. What was put is there for who reads. */
import type { Kv, Op, RangeQuery } from '../../store/kv/kv';

/** Records, and bytes of them, in one batch. */
const BATCH = 1000;
const BATCH_BYTES = 4 * 1024 * 1024;

export class Writer implements Pick<Kv, 'getMany' | 'range' | 'inspect'> {
  readonly #kv: Kv;
  #ops: Op[] = [];
  #bytes = 0;

  constructor(kv: Kv) {
    this.#kv = kv;
  }

  async put(key: string, value: Uint8Array | string): Promise<void> {
    this.#ops.push({ key, value });
    this.#bytes += value.length;
    if (this.#ops.length >= BATCH || this.#bytes >= BATCH_BYTES) await this.flush();
  }

  async remove(key: string): Promise<void> {
    this.#ops.push({ key, value: undefined });
    if (this.#ops.length >= BATCH) await this.flush();
  }

  async flush(): Promise<void> {
    const ops = this.#ops;
    this.#ops = [];
    this.#bytes = 0;
    if (ops.length > 0) await this.#kv.batch(ops);
  }

  async getMany(keys: readonly string[]) {
    await this.flush();
    return this.#kv.getMany(keys);
  }
  async range(query: RangeQuery) {
    await this.flush();
    return this.#kv.range(query);
  }
  async inspect(query: RangeQuery) {
    await this.flush();
    return this.#kv.inspect(query);
  }
}
