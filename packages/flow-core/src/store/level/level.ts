/** The store in LevelDB. Only the broker opens it: opening twice fails, or loses the lock in the same process. */
import { randomUUID } from 'node:crypto';
import { dirname } from 'node:path';
import type { Level } from 'level';
import { noRoom } from '../folder/no-room';
import { OpenedPlace } from '../folder/opened-place';
import { isSealed, sealed, unsealed } from '../kv/checksum';
import { takenError } from '../kv/holds';
import {
  asAsked,
  type BatchOptions,
  type Entry,
  type KeyRange,
  type Kv,
  type Op,
  type RangeQuery,
  twinsRange,
} from '../kv/kv';
import { noteAcknowledged } from './acknowledged';
import { Generation } from './generation';
import { entriesOf, keysOf } from './level-entries';
import { mergeTables } from './merge-tables';
import { migrate } from './migrate';
import { isRefusal, NotAcknowledged } from './not-acknowledged';
import { Numbers } from './numbers';
import { openLevel } from './open-level';
import { readStamp } from './stamp';

/** How often to wait for writes to end before returning a name that belongs to no state. */
const ROUNDS = 10;

/** Bytes that LevelDB gives at once: with its 16 KB, a page would be a dozen calls. */
const AT_ONCE = 1024 * 1024;

type Db = Level<string, Uint8Array>;
const unsealedOne = ([key, value]: Entry): Entry => [key, unsealed(key, value)];
/** What the interface of `level`, which has other databases too, does not say. */
type Compactable = Db & { compactRange(start: string, end: string): Promise<void> };

export class LevelKv implements Kv {
  readonly #db: Db;
  readonly #folder: string;
  readonly #generation: Generation;
  readonly #numbers: Numbers;
  #lastBatch: Promise<void> = Promise.resolve();
  /** How many batches are being written. */
  #writing = 0;
  #claims: Promise<unknown> = Promise.resolve();
  #failure: { error: unknown } | undefined;
  readonly #place: OpenedPlace;
  #fail: () => void = () => {};
  /** Called when there is no room for a write. Resolves to whether some was made. */
  makeRoom: () => Promise<boolean> = async () => false;
  /**
   * Resolves when a batch has failed, and when the database is not where it was opened. Until it is opened again, all then throws
   * {@link NotAcknowledged}, or FLOW_STORE_MOVED.
   */
  readonly failed = new Promise<void>((resolve) => {
    this.#fail = resolve;
  });

  private constructor(db: Db, folder: string) {
    this.#db = db;
    this.#folder = folder;
    const store = dirname(folder);
    this.#generation = new Generation(store);
    this.#numbers = new Numbers(store);
    this.#place = new OpenedPlace(folder);
  }

  /** Names the database as long as it stays where it was opened. */
  get id(): string {
    return this.#place.id;
  }

  /**
   * Opens the database in its folder inside the store's. Creates one if there is none. Rejects with `cause.code`
   * LEVEL_LOCKED when another process has it open.
   * @throws FlowError FLOW_STORE_CORRUPT, FLOW_STORE_FORMAT, before anything in the folder is changed
   */
  static async open(folder: string): Promise<LevelKv> {
    const kv = await LevelKv.lock(folder);
    try {
      await kv.prepare();
    } catch (error) {
      await kv.close();
      throw error;
    }
    return kv;
  }

  /** As {@link open}, but nothing can be asked before {@link prepare}. @param tellNews called now and then with what takes long */
  static async lock(folder: string, tellNews?: (news: string) => void): Promise<LevelKv> {
    return new LevelKv(await openLevel(folder, tellNews), folder);
  }

  /**
   * Migrates a database of an older format.
   * @param migrating called now and then, with the number of records so far
   */
  async prepare(migrating: (done: number) => void = () => {}): Promise<void> {
    const stamp = readStamp(this.#folder);
    if (stamp) await migrate(this.#db, this.#folder, stamp, migrating);
  }

  get(key: string) {
    return this.#read(async () => {
      const value = await this.#db.get(key);
      return value && unsealed(key, value);
    });
  }

  getMany(keys: readonly string[]) {
    return this.#read(async () => {
      const values = await this.#db.getMany(keys as string[]);
      return values.map((value, i) => value && unsealed(keys[i] as string, value));
    });
  }

  range({ gte, lt, reverse = false, limit, ...how }: RangeQuery): Promise<Entry[]> {
    return this.#read(async () => {
      const options = { gte, lt, reverse, limit, highWaterMarkBytes: AT_ONCE };
      const [entries, twins] = await Promise.all([
        entriesOf(this.#db, options, unsealedOne),
        how.twins ? keysOf(this.#db, twinsRange(options)) : undefined,
      ]);
      return asAsked(entries, how, twins);
    });
  }

  inspect({ gte, lt, reverse = false, limit }: RangeQuery): ReturnType<Kv['inspect']> {
    return this.#read(async () => {
      const entries = await entriesOf(this.#db, { gte, lt, reverse, limit });
      return entries.map(([key, value]) => [key, isSealed(key, value) ? unsealed(key, value) : undefined]);
    });
  }

  /**
   * Writes one batch after another. LevelDB would join concurrent batches or write them in a row, so that the
   * failure of one would fail or tear the others too.
   */
  async batch(ops: readonly Op[], options: BatchOptions = {}) {
    const written = this.#lastBatch.then(() => this.#write(ops, options));
    this.#lastBatch = written.catch(() => {});
    this.#writing++;
    try {
      await written;
    } finally {
      this.#writing--;
    }
  }

  async #write(ops: readonly Op[], { sync = false, fence, mark }: BatchOptions): Promise<void> {
    this.#requireSound();
    this.requireHere();
    if (fence !== undefined && (await this.#db.get(fence))) throw takenError(fence);
    if (mark !== undefined && !(await this.#db.get(mark))) throw takenError(mark);
    const list = ops.map(({ key, value }) =>
      value === undefined
        ? { type: 'del' as const, key }
        : { type: 'put' as const, key, value: sealed(key, value) },
    );
    await this.#withRoom(() => this.#generation.written());
    try {
      await this.#db.batch(list, { sync });
    } catch (error) {
      if (isRefusal(error)) throw error;
      this.#failure = { error };
      const made = noRoom(error as Error) !== undefined && (await this.makeRoom());
      this.#fail();
      throw made ? new NotAcknowledged(error) : error;
    }
  }

  /** Writes a small file, again when room could be made for it. */
  async #withRoom<T>(write: () => T): Promise<T> {
    try {
      return write();
    } catch (error) {
      if (noRoom(error as Error) === undefined || !(await this.makeRoom())) throw error;
      return write();
    }
  }

  /** Makes one claim after another, so that reading and writing the counter is atomic. */
  claim(counterKey: string, nonceKey: string): Promise<number> {
    const claimed = this.#claims.then(async () => {
      const [known, counter] = await this.getMany([nonceKey, counterKey]);
      if (known) return Number(new TextDecoder().decode(known));
      const last = counter ? Number(new TextDecoder().decode(counter)) : 0;
      this.requireHere();
      const { number, earlier } = await this.#withRoom(() => this.#numbers.next(counterKey, nonceKey, last));
      const nonces = [...earlier, [number, nonceKey] as const].map(([n, key]) => ({ key, value: String(n) }));
      await this.batch([{ key: counterKey, value: String(number) }, ...nonces], { sync: true });
      noteAcknowledged(dirname(this.#folder), counterKey, number);
      return number;
    });
    this.#claims = claimed.catch(() => {});
    return claimed;
  }

  compact(range: KeyRange) {
    return mergeTables(range, {
      batch: (ops) => this.batch(ops),
      merge: (from, to) => this.#read(() => (this.#db as Compactable).compactRange(from, to)),
    });
  }

  /** Returns only between writes: a running write has already changed the name. */
  async generation() {
    for (let round = 0; this.#writing > 0; round++, await this.#lastBatch)
      if (round === ROUNDS) return randomUUID();
    this.#requireSound();
    this.requireHere();
    return this.#generation.name();
  }

  close() {
    return this.#db.close();
  }

  async #read<T>(read: () => Promise<T>): Promise<T> {
    this.#requireSound();
    try {
      return await read();
    } finally {
      this.#requireSound();
      // It may have been read elsewhere.
      this.requireHere();
    }
  }

  /**
   * Call now and then where nothing is asked. Once it has thrown, the process must end without closing the database.
   * @throws FlowError FLOW_STORE_MOVED
   */
  requireHere(): void {
    try {
      this.#place.require();
    } catch (error) {
      this.#fail();
      throw error;
    }
  }

  #requireSound(): void {
    if (this.#failure) throw new NotAcknowledged(this.#failure.error);
  }
}
