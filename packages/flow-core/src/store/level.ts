/** The store in LevelDB. Only the broker opens it: a second opening fails, and one in the same process loses the lock. */
import { randomUUID } from 'node:crypto';
import { dirname } from 'node:path';
import type { Level } from 'level';
import { Generation } from './generation';
import type { BatchOptions, Entry, Kv, Op, RangeQuery } from './kv';
import { toBytes } from './kv';

/** How often to wait for writes to end before giving a name that stands for no state at all. */
const ROUNDS = 10;

type Db = Level<string, Uint8Array>;

export class LevelKv implements Kv {
  readonly #db: Db;
  readonly #generation: Generation;
  readonly #writing = new Set<Promise<void>>();
  #claims: Promise<unknown> = Promise.resolve();

  private constructor(db: Db, generation: Generation) {
    this.#db = db;
    this.#generation = generation;
  }

  /** The folder of the database, in the store's. Rejects with `cause.code` LEVEL_LOCKED where another process holds the folder. */
  static async open(folder: string): Promise<LevelKv> {
    const { Level } = await import('level');
    const db: Db = new Level(folder, { keyEncoding: 'utf8', valueEncoding: 'view' });
    await db.open();
    return new LevelKv(db, new Generation(dirname(folder)));
  }

  get(key: string) {
    return this.#db.get(key);
  }

  getMany(keys: readonly string[]) {
    return this.#db.getMany(keys as string[]);
  }

  range({ gte, lt, reverse, limit }: RangeQuery): Promise<Entry[]> {
    return this.#db.iterator({ gte, lt, reverse: reverse ?? false, limit }).all();
  }

  async batch(ops: readonly Op[], options: BatchOptions = {}) {
    const list = ops.map(({ key, value }) =>
      value === undefined
        ? { type: 'del' as const, key }
        : { type: 'put' as const, key, value: toBytes(value) },
    );
    this.#generation.written();
    const writing = this.#db.batch(list, { sync: options.sync ?? false });
    this.#writing.add(writing);
    try {
      await writing;
    } finally {
      this.#writing.delete(writing);
    }
  }

  /** One claim after another: reading and writing the counter is one step. */
  claim(counterKey: string, nonceKey: string): Promise<number> {
    const claimed = this.#claims.then(async () => {
      const [known, counter] = await this.getMany([nonceKey, counterKey]);
      if (known) return Number(new TextDecoder().decode(known));
      const next = (counter ? Number(new TextDecoder().decode(counter)) : 0) + 1;
      const value = String(next);
      await this.batch(
        [
          { key: counterKey, value },
          { key: nonceKey, value },
        ],
        { sync: true },
      );
      return next;
    });
    this.#claims = claimed.catch(() => {});
    return claimed;
  }

  /** Given between writes only: one that is under way has had its change of name already. */
  async generation() {
    for (let round = 0; this.#writing.size > 0; round++) {
      if (round === ROUNDS) return randomUUID();
      await Promise.allSettled(this.#writing);
    }
    return this.#generation.name();
  }

  close() {
    return this.#db.close();
  }
}
