/** A store that does not exist yet: it reads as empty, and the first write makes it. A refused command leaves none. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { FlowError } from '../definition/errors';
import { BrokerKv } from './broker/client';
import { requireWritable, unwritableStore } from './folder/require-writable';
import { unwritable } from './folder/writable';
import type { EventSink, HeardEvent } from './kv/event-sink';
import type { Holds } from './kv/holds';
import type { BatchOptions, Entry, KeyRange, Kv, Op, RangeQuery, ReadOptions } from './kv/kv';
import { requireNew } from './level/lost-database';

/** Whether there is a database in the folder of a store, or one that the broker puts there: see `swap.ts`. */
export function hasDatabase(store: string): boolean {
  return existsSync(join(store, 'db')) || namesIn(store).some((name) => name.startsWith('db.before-repair-'));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

export class NewKv implements Kv {
  readonly #store: string;
  readonly #patience: number | undefined;
  #made: BrokerKv | undefined;
  #closed = false;

  /** @throws FlowError FLOW_STORE_UNWRITABLE, FLOW_STORE_CORRUPT for one whose database is gone */
  constructor(store: string, patience?: number) {
    this.#store = store;
    this.#patience = patience;
    // Another process may have made it meanwhile.
    if (!hasDatabase(store)) requireNew(store);
    if (existsSync(store)) requireWritable(store);
    const code = unwritable(store);
    if (code !== undefined) throw unwritableStore(store, code);
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    return this.#found()?.get(key);
  }
  async getMany(keys: readonly string[], options?: ReadOptions): Promise<(Uint8Array | undefined)[]> {
    return this.#found()?.getMany(keys, options) ?? keys.map(() => undefined);
  }
  async range(query: RangeQuery): Promise<Entry[]> {
    return this.#found()?.range(query) ?? [];
  }
  async inspect(query: RangeQuery): ReturnType<Kv['inspect']> {
    return this.#found()?.inspect(query) ?? [];
  }
  async batch(ops: readonly Op[], options?: BatchOptions): Promise<void> {
    if (ops.length > 0) await this.#make().batch(ops, options);
  }
  async claim(counterKey: string, nonceKey: string): Promise<number> {
    return this.#make().claim(counterKey, nonceKey);
  }
  async compact(range: KeyRange): Promise<void> {
    await this.#found()?.compact(range);
  }
  giveUpReserve(): boolean {
    return this.#found()?.giveUpReserve() ?? false;
  }
  async generation(): Promise<string> {
    return this.#make().generation();
  }
  async close(): Promise<void> {
    this.#closed = true;
    await this.#made?.close();
  }

  readonly holds: Holds = {
    hold: async (name) => this.#make().holds.hold(name),
    states: async (names) => this.#found()?.holds.states(names) ?? names.map(() => 'free'),
    take: async (name, surely) => this.#make().holds.take(name, surely),
    // What is not there, nobody removes.
    pin: (names, letGo) => this.#found()?.holds.pin(names, letGo),
  };

  /** Nobody hears what happens in a store that is not there. A listener makes it, to hear whoever comes later. */
  readonly events: EventSink = {
    publish: (event) => this.#made?.events.publish(event),
    subscribe: async (listener: (heard: HeardEvent) => void) => this.#make().events.subscribe(listener),
  };

  /** The store, if this or another process has made it meanwhile. */
  #found(): BrokerKv | undefined {
    return this.#made || this.#closed || hasDatabase(this.#store) ? this.#make() : undefined;
  }

  /** @throws FlowError FLOW_STORE_CLOSED, FLOW_STORE_UNWRITABLE, FLOW_STORE_FULL */
  #make(): BrokerKv {
    if (this.#closed) throw new FlowError('FLOW_STORE_CLOSED', 'The store was closed.', { exit: 1 });
    this.#made ??= BrokerKv.open(this.#store, this.#patience);
    return this.#made;
  }
}
