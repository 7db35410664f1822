/** The broker's client: connects, starts a broker when none answers, and resends unacknowledged requests. */
import { existsSync, realpathSync } from 'node:fs';
import type { Socket } from 'node:net';
import { FlowError } from '../../definition/errors';
import { movedStore } from '../folder/opened-place';
import { requireWritable } from '../folder/require-writable';
import { giveUpReserve } from '../folder/reserve';
import type { BatchOptions, Entry, KeyRange, Kv, Op, RangeQuery, ReadOptions } from '../kv/kv';
import { brokerError, tooLarge } from './errors';
import { BrokerEvents } from './event-client';
import { type Connection, hearFrom } from './greeting';
import { BrokerHolds } from './hold-client';
import { Notices } from './notices';
import { frame, LARGEST, type Push, type Reply, type Request, socketPath, type Unsent } from './protocol';
import { AGAIN_MS, GIVE_UP_MS, Silence } from './silence';
import { diedAgain, findBroker } from './start';

/** Bytes that may wait to be sent; beyond it, events are dropped. */
const FULL = 1024 * 1024;
/** How many brokers in a row may die without an answer. With more, the requests are what kills them. */
const DEATHS = 10;

interface Waiting {
  framed: Buffer;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

export class BrokerKv implements Kv {
  readonly #store: string;
  readonly #path: string;
  #socket: Promise<Socket> | undefined;
  #live: Socket | undefined;
  #nextId = 1;
  /** Unacknowledged requests, in order. A reconnect sends them again, since every operation is idempotent. */
  readonly #waiting = new Map<number, Waiting>();
  #deaths = 0;
  /** Names the database that it has to do with. What was not acknowledged must not reach another one. */
  #database: string | undefined;
  #over: FlowError | undefined; // Why nothing can be asked any more.
  #closing: Promise<void> | undefined;
  #answered: (() => void) | undefined;
  readonly #patience: number;
  #gaveUp = false; // Nothing is waited for a second time.
  readonly #notices: Notices;
  readonly #silence = new Silence({
    silent: () => this.#notices.silent(),
    over: () => {
      this.#fail(this.#notices.silentTooLong());
      this.#live?.destroy();
    },
  });
  readonly events = new BrokerEvents({
    say: (request) => this.#say(request),
    ask: (request) => this.#ask(request),
  });

  readonly holds = new BrokerHolds({ ask: (one) => this.#ask(one), tell: (one) => this.#tell(one) });

  private constructor(store: string, patience: number) {
    this.#patience = patience;
    this.#store = store;
    this.#path = socketPath(store);
    this.#notices = new Notices(store);
  }

  /**
   * Begins to connect without waiting, so that a process can open the store before it needs it. An open store
   * without pending requests keeps no process alive.
   * @param patience milliseconds to wait for a broker that does not start
   * @throws FlowError FLOW_STORE_UNWRITABLE
   */
  static open(store: string, patience = GIVE_UP_MS): BrokerKv {
    requireWritable(store);
    const kv = new BrokerKv(realpathSync(store), patience);
    kv.#connected().catch(() => {});
    return kv;
  }

  get(key: string) {
    return this.#ask({ op: 'get', key }) as Promise<Uint8Array | undefined>;
  }
  getMany(keys: readonly string[], how: ReadOptions = {}) {
    return this.#ask({ op: 'getMany', keys, ...how }) as Promise<(Uint8Array | undefined)[]>;
  }
  range(query: RangeQuery) {
    return this.#ask({ op: 'range', query }) as Promise<Entry[]>;
  }
  inspect(query: RangeQuery) {
    return this.#ask({ op: 'inspect', query }) as ReturnType<Kv['inspect']>;
  }
  async batch(ops: readonly Op[], options: BatchOptions = {}) {
    await this.#ask({ op: 'batch', ops, options });
  }
  claim(counterKey: string, nonceKey: string) {
    return this.#ask({ op: 'claim', counterKey, nonceKey }) as Promise<number>;
  }

  compact({ gte, lt }: KeyRange) {
    return this.#ask({ op: 'compact', gte, lt }) as Promise<void>;
  }
  giveUpReserve = () => giveUpReserve(this.#store);
  generation() {
    return this.#ask({ op: 'generation' }) as Promise<string>;
  }

  close() {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    if (this.#waiting.size > 0) {
      await new Promise<void>((resolve) => {
        this.#answered = resolve;
      });
    }
    const socket = await this.#socket?.catch(() => undefined);
    this.#notices.closing();
    socket?.end();
  }

  #ask(request: Unsent): Promise<unknown> {
    const closed = this.#closing && new FlowError('FLOW_STORE_CLOSED', 'The store was closed.', { exit: 1 });
    const why = closed ?? this.#over;
    if (why) return Promise.reject(why);
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      const framed = frame({ id, ...request } as Request);
      if (framed.length > LARGEST) throw tooLarge(framed.length);
      this.#waiting.set(id, { framed, resolve, reject });
      if (this.#live) {
        this.#silence.begin();
        this.#live.ref();
        this.#live.write(framed);
      } else this.#connected().catch((error) => this.#fail(error));
    });
  }

  /** Sends a request without an answer. It is dropped when the connection is missing or full. */
  #say(request: Request): boolean {
    const socket = this.#live;
    if (!socket || socket.writableLength > FULL) return false;
    socket.write(frame(request));
    return true;
  }

  /** Sends a request with whatever was asked before, whether there is a broker yet or not. */
  #tell(request: Unsent): void {
    if (this.#closing) return;
    if (this.#live) this.#live.write(frame({ id: 0, ...request } as Request));
    else this.#ask(request).catch(() => {});
  }

  #fail(error: Error): void {
    this.#silence.end();
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
    this.#answered?.();
  }

  #connected(): Promise<Socket> {
    this.#socket ??= findBroker(this.#store, this.#path, this.#gaveUp ? AGAIN_MS : this.#patience, (line) =>
      this.#notices.tell(line),
    ).then(
      (connection) => {
        this.#adopt(connection);
        return connection.socket;
      },
      (error) => {
        this.#socket = undefined;
        this.#gaveUp = error.code === 'FLOW_STORE_UNAVAILABLE';
        // Without its folder, no other broker can be started.
        throw this.#database === undefined || existsSync(this.#store) ? error : this.#end();
      },
    );
    return this.#socket;
  }

  /** Nothing can be asked any more. */
  #end(error = movedStore(this.#store)): FlowError {
    this.#over = error;
    this.#fail(error);
    return error;
  }

  #adopt({ socket, hello, unframer, more }: Connection): void {
    this.#notices.greeted(hello);
    this.#gaveUp = false;
    const { database = this.#database } = hello;
    if (this.#database !== undefined && database !== this.#database) {
      socket.destroy();
      throw this.#end();
    }
    this.#database = database;
    this.#live = socket;
    const hear = (messages: Iterable<Reply | Push>) => {
      this.#silence.heard();
      for (const message of messages) {
        if (message.id !== 0) this.#settle(message as Reply);
        else this.#pushed(message as Push);
      }
      if (this.#waiting.size > 0) return;
      this.#silence.end();
      socket.unref();
      this.#answered?.();
    };
    hearFrom(socket, unframer, hear);
    socket.on('close', () => {
      if (this.#live !== socket) return;
      this.#live = undefined;
      this.#socket = undefined;
      this.events.lost();
      if (this.#over) return;
      // Listeners move to the next broker.
      if (this.events.listening && !this.#closing) this.#ask({ op: 'subscribe' }).catch(() => {});
      // At once: who does not come back counts as dead.
      if (!this.#closing) this.holds.lost();
      if (this.#waiting.size === 0) return;
      if (++this.#deaths > DEATHS) this.#fail(diedAgain(this.#store, DEATHS));
      else this.#connected().catch((error) => this.#fail(error));
    });
    hear(more);
    if (this.#waiting.size > 0) this.#silence.begin();
    for (const { framed } of this.#waiting.values()) socket.write(framed);
  }

  #pushed(push: Push): void {
    // The broker may not have seen yet that this one has left.
    const hasLeft = this.#closing !== undefined && this.#waiting.size === 0;
    if (hasLeft || 'hello' in push) return;
    if ('busy' in push) this.#notices.busy(push.busy);
    else this.events.pushed(push);
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id);
    if (!waiting) return;
    this.#deaths = 0;
    this.#waiting.delete(reply.id);
    if ('error' in reply) {
      const error = brokerError(this.#store, reply.error);
      this.#notices.refused(error);
      waiting.reject(error);
      if (error.code === 'FLOW_STORE_MOVED') this.#end(error);
    } else waiting.resolve(reply.ok);
  }
}
