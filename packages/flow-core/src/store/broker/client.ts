/** The client's side of the broker: connects, starts one where none answers, and resends what was not acknowledged. */
import { accessSync, constants, existsSync, mkdirSync, realpathSync, statSync } from 'node:fs';
import type { Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { FlowError } from '../../definition/errors';
import type { BatchOptions, Entry, Kv, Op, RangeQuery } from '../kv';
import { noRoom, storeFull } from '../no-room';
import { BrokerEvents } from './event-client';
import { type Complaint, frame, type Push, type Reply, type Request, socketPath, Unframer } from './protocol';
import { findBroker, unavailable } from './start';

/** How long to look for a broker before giving up: one that is closing, or a crashed one's recovery, takes under 1 s. */
const PATIENCE_MS = 15_000;
/** Bytes that may wait to be sent before events are dropped. */
const FULL = 1024 * 1024;
/** Brokers in a row that may die without one answer: more, and it is the requests that kill them. */
const DEATHS = 10;

type Unsent = Request extends infer R ? (R extends Request ? Omit<R, 'id'> : never) : never;
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
  /** Sent and not acknowledged, in order: a reconnect sends them again, which every operation bears. */
  readonly #waiting = new Map<number, Waiting>();
  #deaths = 0;
  #closing: Promise<void> | undefined;
  #answered: (() => void) | undefined;

  readonly #patience: number;
  readonly events = new BrokerEvents({
    say: (request) => this.#say(request),
    ask: (request) => this.#ask(request),
  });

  private constructor(store: string, patience: number) {
    this.#patience = patience;
    this.#store = store;
    this.#path = socketPath(store);
  }

  /**
   * Begins to connect, without waiting: whoever will need the store soon says so early. An open store in which nothing
   * is being read or written keeps no process alive.
   * @param patience Milliseconds until a broker that does not come up is given up.
   * @throws FlowError FLOW_STORE_UNWRITABLE
   */
  static open(store: string, patience = PATIENCE_MS): BrokerKv {
    requireWritable(store);
    const kv = new BrokerKv(realpathSync(store), patience);
    kv.#connected().catch(() => {});
    return kv;
  }

  get(key: string) {
    return this.#ask({ op: 'get', key }) as Promise<Uint8Array | undefined>;
  }
  getMany(keys: readonly string[]) {
    return this.#ask({ op: 'getMany', keys }) as Promise<(Uint8Array | undefined)[]>;
  }
  range(query: RangeQuery) {
    return this.#ask({ op: 'range', query }) as Promise<Entry[]>;
  }
  async batch(ops: readonly Op[], options: BatchOptions = {}) {
    await this.#ask({ op: 'batch', ops, options });
  }
  claim(counterKey: string, nonceKey: string) {
    return this.#ask({ op: 'claim', counterKey, nonceKey }) as Promise<number>;
  }

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
    socket?.end();
  }

  #ask(request: Unsent): Promise<unknown> {
    if (this.#closing)
      return Promise.reject(new FlowError('FLOW_STORE_CLOSED', 'The store was closed.', { exit: 1 }));
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      const framed = frame({ id, ...request } as Request);
      this.#waiting.set(id, { framed, resolve, reject });
      if (this.#live) {
        this.#live.ref();
        this.#live.write(framed);
      } else this.#connected().catch((error) => this.#fail(error));
    });
  }

  /** What nobody waits for. It is dropped where there is no connection, or one that is full. */
  #say(request: Request): boolean {
    const socket = this.#live;
    if (!socket || socket.writableLength > FULL) return false;
    socket.write(frame(request));
    return true;
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
    this.#answered?.();
  }

  #connected(): Promise<Socket> {
    this.#socket ??= findBroker(this.#store, this.#path, this.#patience).then(
      (socket) => {
        this.#adopt(socket);
        return socket;
      },
      (error) => {
        this.#socket = undefined;
        throw error;
      },
    );
    return this.#socket;
  }

  #adopt(socket: Socket): void {
    const unframer = new Unframer<Reply | Push>();
    socket.on('data', (chunk: Buffer) => {
      try {
        for (const message of unframer.push(chunk)) {
          if (message.id === 0) this.events.pushed(message as Push);
          else this.#settle(message as Reply);
        }
      } catch {
        // A reply that cannot be read, for want of memory perhaps: once more on another connection.
        socket.destroy();
        return;
      }
      if (this.#waiting.size > 0) return;
      socket.unref();
      this.#answered?.();
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      if (this.#live !== socket) return;
      this.#live = undefined;
      this.#socket = undefined;
      this.events.lost();
      // A listener goes on with the next broker.
      if (this.events.listening && !this.#closing) this.#ask({ op: 'subscribe' }).catch(() => {});
      if (this.#waiting.size === 0) return;
      if (++this.#deaths > DEATHS)
        this.#fail(unavailable(`${DEATHS} brokers of ${this.#store} in a row ended without an answer.`));
      else this.#connected().catch((error) => this.#fail(error));
    });
    this.#live = socket;
    if (this.#waiting.size === 0) socket.unref();
    for (const { framed } of this.#waiting.values()) socket.write(framed);
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id);
    if (!waiting) return;
    this.#deaths = 0;
    this.#waiting.delete(reply.id);
    if ('error' in reply) waiting.reject(brokerError(this.#store, reply.error));
    else waiting.resolve(reply.ok);
  }
}

/** As `mkdir -p`. Node's own never returns where a file system refuses a folder with ENOENT, as /proc does. */
function makeFolder(path: string): void {
  if (existsSync(path) && statSync(path).isDirectory()) return;
  if (!existsSync(dirname(path))) makeFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    // Another process was quicker.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !statSync(path).isDirectory()) throw error;
  }
}

/** @throws FlowError FLOW_STORE_UNWRITABLE, FLOW_STORE_FULL */
export function requireWritable(store: string): void {
  try {
    makeFolder(store);
    accessSync(store, constants.W_OK);
  } catch (cause) {
    const reason = noRoom(cause as NodeJS.ErrnoException);
    if (reason) throw storeFull(store, reason, cause);
    const code = (cause as NodeJS.ErrnoException).code;
    // LevelDB takes its lock by writing.
    const message = existsSync(join(store, 'db'))
      ? `The store's folder ${store} cannot be written (${code}), and reading needs that too: make it writable, or copy it to where you can write and name the copy by --store=<folder> or NX_FLOW_STORE.`
      : `The store's folder ${store} cannot be written (${code}): make it writable, or choose another by --store=<folder> or NX_FLOW_STORE.`;
    throw new FlowError('FLOW_STORE_UNWRITABLE', message, { cause });
  }
}

function brokerError(store: string, error: Complaint): FlowError {
  const { message, code } = error;
  const reason = noRoom(error);
  if (reason) return storeFull(store, reason);
  return new FlowError(
    'FLOW_STORE_FAILED',
    `The store could not do it: ${message}${code ? ` (${code})` : ''}`,
    { exit: 1 },
  );
}
