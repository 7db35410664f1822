/**
 * A store that can only be read for now: its disk is full, or nothing can be written to it. It answers from a copy elsewhere
 * and refuses each write in one sentence. When there is room again, or another process has opened the real database, it
 * acknowledges nothing more: clients then go on with the next broker.
 */
import { randomUUID } from 'node:crypto';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryName } from '../../environment/temporary';
import { neededRoom, noRoom, storeFull } from '../folder/no-room';
import { unwritableStore } from '../folder/require-writable';
import type { Entry, Kv, RangeQuery } from '../kv/kv';
import { readGeneration } from '../level/generation';
import { LevelKv } from '../level/level';
import { NotAcknowledged } from '../level/not-acknowledged';
import { readStamp, STORE_FORMAT } from '../level/stamp';
import { makeView, PLACES, removeView, stateOf } from './view-folder';

/** How often to look whether another process has opened the real database: clients with runs that go on must follow it. Milliseconds. */
const LOOK_MS = 1000;

export class ViewKv implements Kv {
  readonly #store: string;
  readonly #folder: string;
  readonly #kv: LevelKv;
  /** Of the database, when it was copied. */
  readonly #state: string | undefined;
  #fail: () => void = () => {};
  /** Resolves when the real database can be opened again. From then on, all throws {@link NotAcknowledged}. */
  readonly failed = new Promise<void>((resolve) => {
    this.#fail = resolve;
  });
  #over = false;
  readonly #look: NodeJS.Timeout;

  private constructor(store: string, folder: string, kv: LevelKv, state: string | undefined) {
    this.#store = store;
    this.#folder = folder;
    this.#kv = kv;
    this.#state = state;
    this.#look = setInterval(() => {
      if (stateOf(store) !== state) this.#end();
    }, LOOK_MS);
  }

  /**
   * @param places folders, in the first of which that has room the copy is made
   * @returns `undefined` where none has, and where the store's format is an older one
   */
  static async open(store: string, places = PLACES): Promise<ViewKv | undefined> {
    const stamp = readStamp(join(store, 'db'));
    if (stamp && (stamp.format !== STORE_FORMAT || stamp.from !== undefined)) return undefined;
    for (const place of new Set(places)) {
      const state = stateOf(store);
      let folder: string;
      try {
        folder = makeView(store, place);
      } catch {
        continue;
      }
      try {
        return new ViewKv(store, folder, await LevelKv.lock(join(folder, 'db')), state);
      } catch {
        removeView(folder);
      }
    }
    return undefined;
  }

  get(key: string) {
    return this.#read(() => this.#kv.get(key));
  }
  getMany(keys: readonly string[]) {
    return this.#read(() => this.#kv.getMany(keys));
  }
  range(query: RangeQuery): Promise<Entry[]> {
    return this.#read(() => this.#kv.range(query));
  }
  inspect(query: RangeQuery): ReturnType<Kv['inspect']> {
    return this.#read(() => this.#kv.inspect(query));
  }
  async batch(): Promise<never> {
    return this.#refuse();
  }
  async claim(): Promise<never> {
    return this.#refuse();
  }

  /** A copy is not worth it. */
  async compact(): Promise<void> {}

  /** The next write changes the name that a reader has. */
  async generation(): Promise<string> {
    return readGeneration(this.#store) ?? randomUUID();
  }

  async prepare(): Promise<void> {}

  async close(): Promise<void> {
    clearInterval(this.#look);
    await this.#kv.close();
    removeView(this.#folder);
  }

  /** Whether it should serve nobody else: the real database can be opened, or somebody has. */
  isOver(): boolean {
    if (this.#over || (stateOf(this.#store) === this.#state && whyUnwritable(this.#store) !== undefined))
      return this.#over;
    this.#end();
    return true;
  }

  #end(): void {
    this.#over = true;
    this.#fail();
  }

  async #read<T>(read: () => Promise<T>): Promise<T> {
    const asCopied = () => {
      if (!this.#over && stateOf(this.#store) === this.#state) return;
      this.#end();
      throw new NotAcknowledged(new Error('Another process has opened the database.'));
    };
    asCopied();
    try {
      return await read();
    } finally {
      asCopied();
    }
  }

  #refuse(): never {
    const why = this.#over ? undefined : whyUnwritable(this.#store);
    if (why === undefined) {
      this.#end();
      throw new NotAcknowledged(new Error('The database can be opened again.'));
    }
    throw refused(this.#store, why);
  }
}

/** @param error of a write to the store's folder */
export function refused(store: string, error: NodeJS.ErrnoException): Error {
  const reason = noRoom(error);
  if (reason !== undefined) return storeFull(store, reason);
  // LevelDB has codes of its own.
  return unwritableStore(store, /^E[A-Z]+$/.test(error.code ?? '') ? error.code : 'EROFS');
}

/** Why a store cannot be opened to write: as much is written as that takes, and removed. Undefined when it can. */
function whyUnwritable(store: string): NodeJS.ErrnoException | undefined {
  const file = join(store, temporaryName());
  try {
    const fd = openSync(file, 'wx', 0o600);
    try {
      const piece = Buffer.alloc(64 * 1024);
      // A disk that is almost full takes a part of a piece.
      for (let left = neededRoom(store); left > 0; ) left -= writeSync(fd, piece);
    } finally {
      closeSync(fd);
    }
    return undefined;
  } catch (error) {
    return error as NodeJS.ErrnoException;
  } finally {
    try {
      rmSync(file, { force: true });
    } catch {}
  }
}
