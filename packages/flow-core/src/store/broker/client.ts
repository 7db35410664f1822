/** The client's side of the broker: connects, starts one where none answers, and resends what was not acknowledged. */
import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, mkdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { FlowError } from '../../definition/errors';
import { packageFile } from '../../package-root';
import type { BatchOptions, Entry, Kv, Op, RangeQuery } from '../kv';
import { frame, type Reply, type Request, socketPath, Unframer } from './protocol';

/** How long a broker stays without clients. Under ten seconds, so that nothing of ours outlives the last command long. */
const IDLE_MS = 5000;
/** How long to look for a broker before giving up: one that is closing, or a crashed one's recovery, takes under 1 s. */
const PATIENCE_MS = 15_000;

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
  #closed = false;

  constructor(store: string) {
    this.#store = store;
    this.#path = socketPath(store);
  }

  /** Begins to connect, without waiting: whoever will need the store soon says so early. */
  static open(store: string): BrokerKv {
    requireWritable(store);
    const kv = new BrokerKv(store);
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

  async close() {
    this.#closed = true;
    const socket = await this.#socket?.catch(() => undefined);
    socket?.end();
    socket?.unref();
  }

  #ask(request: Unsent): Promise<unknown> {
    if (this.#closed)
      return Promise.reject(new FlowError('FLOW_STORE_CLOSED', 'The store was closed.', { exit: 1 }));
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      const framed = frame({ id, ...request } as Request);
      this.#waiting.set(id, { framed, resolve, reject });
      if (this.#live) this.#live.write(framed);
      else this.#connected().catch((error) => this.#fail(error));
    });
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }

  #connected(): Promise<Socket> {
    this.#socket ??= findBroker(this.#store, this.#path).then(
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
    const unframer = new Unframer<Reply>();
    socket.on('data', (chunk: Buffer) => {
      for (const reply of unframer.push(chunk)) {
        const waiting = this.#waiting.get(reply.id);
        if (!waiting) continue;
        this.#waiting.delete(reply.id);
        if ('error' in reply) waiting.reject(brokerError(reply.error));
        else waiting.resolve(reply.ok);
      }
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      if (this.#live !== socket) return;
      this.#live = undefined;
      this.#socket = undefined;
      if (!this.#closed && this.#waiting.size > 0) this.#connected().catch((error) => this.#fail(error));
    });
    this.#live = socket;
    for (const { framed } of this.#waiting.values()) socket.write(framed);
  }
}

/** @throws FlowError FLOW_STORE_UNWRITABLE */
export function requireWritable(store: string): void {
  try {
    mkdirSync(store, { recursive: true });
    accessSync(store, constants.W_OK);
  } catch (cause) {
    throw new FlowError(
      'FLOW_STORE_UNWRITABLE',
      `The store's folder ${store} cannot be written (${(cause as NodeJS.ErrnoException).code}): make it writable, or choose another by --store=<folder> or NX_FLOW_STORE.`,
      { cause },
    );
  }
}

function brokerError({ message, code }: { message: string; code?: string }): FlowError {
  return new FlowError(
    'FLOW_STORE_FAILED',
    `The store could not do it: ${message}${code ? ` (${code})` : ''}`,
    { exit: 1 },
  );
}

async function findBroker(store: string, path: string): Promise<Socket> {
  const until = Date.now() + PATIENCE_MS;
  let pause = 4;
  for (;;) {
    const socket = await tryConnect(path);
    if (socket) return socket;
    if (Date.now() > until) {
      throw new FlowError(
        'FLOW_STORE_UNAVAILABLE',
        `No broker for ${store} came up within ${PATIENCE_MS / 1000} s.`,
        { exit: 1 },
      );
    }
    // "locked": another process leads and is about to listen, or about to leave.
    if ((await startBroker(store)) === 'locked') {
      await delay(pause);
      pause = Math.min(pause * 2, 100);
    }
  }
}

function tryConnect(path: string): Promise<Socket | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.removeAllListeners('error');
      socket.setNoDelay();
      resolve(socket);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      const absent = ['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'EAGAIN'].includes(error.code ?? '');
      if (absent) resolve(undefined);
      else reject(error);
    });
  });
}

/** Starts a broker and waits until it listens, or has found that another leads. */
function startBroker(store: string): Promise<'listening' | 'locked'> {
  const idle = process.env.CI ? 0 : IDLE_MS;
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child: ChildProcess = spawn(process.execPath, [packageFile('dist/broker.js'), store, String(idle)], {
    cwd: store,
    detached: true,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  return new Promise((resolve, reject) => {
    let complaint = '';
    child.once('error', reject);
    child.stdout?.once('data', () => {
      resolve('listening');
      child.stdout?.destroy();
      child.stderr?.destroy();
      child.unref();
    });
    child.stderr?.on('data', (chunk) => {
      complaint += chunk;
    });
    child.once('close', (code) => {
      if (code === 0) resolve('locked');
      else {
        const why = complaint.trim().split('\n').at(-1) ?? `exit code ${code}`;
        reject(
          new FlowError('FLOW_STORE_UNAVAILABLE', `The store ${join(store, 'db')} cannot be opened: ${why}`, {
            exit: 2,
          }),
        );
      }
    });
  });
}
