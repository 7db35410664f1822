/**
 * The broker: the one process that has the store's LevelDB open, and serves it over a local socket.
 * Leadership is LevelDB's lock. The order is what makes it safe: open, listen, put the socket in the stale one's place;
 * and a write is acknowledged when its batch has resolved, never before. After a batch that failed it acknowledges nothing
 * more and leaves: what has no answer yet is sent again by its clients, to the broker that they start.
 */
import { renameSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay, setImmediate } from 'node:timers/promises';
import { isFlowError } from '../../definition/errors';
import type { Kv } from '../kv';
import { LevelKv, NotAcknowledged } from '../level';
import { Hub } from './hub';
import { frame, type Reply, type Request, requireSocketFolder, socketPath, Unframer } from './protocol';

/** `failed`: a batch failed, and with it the database that it was written to. */
export type BrokerEnd = 'idle' | 'locked' | 'failed';

export interface BrokerOptions {
  store: string;
  /** Milliseconds without a client after which it leaves. */
  idleMs: number;
  onListening(): void;
}

/**
 * Serves until idle, or until a batch fails. Resolves at once with `locked` where another broker leads.
 * @throws FlowError FLOW_STORE_CORRUPT, FLOW_STORE_FORMAT; LevelDB's own error where it cannot open the database
 */
export async function serveBroker({ store, idleMs, onListening }: BrokerOptions): Promise<BrokerEnd> {
  let kv: LevelKv;
  try {
    kv = await LevelKv.open(join(store, 'db'));
  } catch (error) {
    if (isFlowError(error)) throw error;
    if ((error as { cause?: { code?: string } }).cause?.code === 'LEVEL_LOCKED') return 'locked';
    throw (error as { cause?: unknown }).cause ?? error;
  }
  const server = createServer();
  const sockets = new Set<Socket>();
  const hub = new Hub();
  const idle = untilIdle(server, sockets, idleMs, (socket) => {
    hub.add(socket);
    serveClient(socket, kv, hub);
  });
  const path = socketPath(store);
  requireSocketFolder(path, store);
  const leave = await listen(server, path);
  onListening();
  const end = await Promise.race([idle.then(() => 'idle' as const), kv.failed.then(() => 'failed' as const)]);
  // From here on a client is refused, and starts the next broker, which waits for the lock.
  leave();
  await kv.close();
  if (end === 'failed') await hangUp(sockets);
  return end;
}

/** A client that does not hang up in return does not keep the broker. */
const HANGUP_MS = 1000;

/** The client whose batch failed gets its answer, then the end, as all the others do. */
async function hangUp(sockets: ReadonlySet<Socket>): Promise<void> {
  await setImmediate();
  const closed = [...sockets].map((socket) => {
    const gone = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    // What still comes is read, without an answer: a client that cannot send would not read the answers to the end.
    socket.resume();
    socket.end();
    return gone;
  });
  await Promise.race([Promise.all(closed), delay(HANGUP_MS)]);
}

/** A broker whose starter died before connecting does not stay. */
const STARTUP_MS = 5000;

function untilIdle(
  server: Server,
  sockets: Set<Socket>,
  idleMs: number,
  serve: (socket: Socket) => void,
): Promise<void> {
  return new Promise((resolve) => {
    let timer = setTimeout(resolve, Math.max(idleMs, STARTUP_MS));
    server.on('connection', (socket) => {
      clearTimeout(timer);
      sockets.add(socket);
      socket.on('close', () => {
        sockets.delete(socket);
        if (sockets.size === 0) timer = setTimeout(resolve, idleMs);
      });
      serve(socket);
    });
  });
}

/** @returns stops listening */
async function listen(server: Server, path: string): Promise<() => void> {
  if (process.platform === 'win32') {
    await listening(server, path);
    return () => server.close();
  }
  // The server removes the file of this name when it closes, whoever's it is by then: so it is never the real one.
  const beside = `${path}~`;
  rmSync(beside, { force: true });
  await listening(server, beside);
  renameSync(beside, path);
  const own = statSync(path);
  return () => {
    server.close();
    // A store that was deleted and made anew has another broker already, and its socket here.
    const now = statSync(path, { throwIfNoEntry: false });
    if (now?.ino === own.ino && now.dev === own.dev) rmSync(path, { force: true });
  };
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => resolve());
  });
}

/** Bytes of requests taken from one client before it has to wait for answers: what bounds the broker's memory. */
const AHEAD = 64 * 1024 * 1024;

/** A client's writes are done in the order in which they came, and a read sees all those before it. */
function serveClient(socket: Socket, kv: Kv, hub: Hub): void {
  const unframer = new Unframer<Request>();
  let writes: Promise<unknown> = Promise.resolve();
  let open = 0;
  let taken = 0;

  const answer = (reply: Reply) => {
    if (!socket.destroyed) socket.write(framed(reply));
    if (--open > 0) return;
    taken = 0;
    socket.resume();
  };
  const begin = (request: Request) => {
    if (request.op === 'publish') return hub.publish(socket, request.event);
    if (request.op === 'subscribe') hub.subscribe(socket);
    open++;
    const done = writes.then(() => execute(kv, request));
    if (request.op === 'batch' || request.op === 'claim') writes = done.catch(() => {});
    done.then(answer, (error: Error) => {
      if (!(error instanceof NotAcknowledged)) answer(failure(request.id, error));
    });
  };
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    taken += chunk.length;
    try {
      for (const request of unframer.push(chunk)) begin(request);
    } catch {
      // Not a client of ours: what it sends is not a message.
      socket.destroy();
    }
    if (open > 0 && taken > AHEAD) socket.pause();
  });
}

/** A reply too large to be one message is a failure of its request alone. */
function framed(reply: Reply): Buffer {
  try {
    return frame(reply);
  } catch (error) {
    return frame(failure(reply.id, error as Error));
  }
}

function failure(id: number, { message, code }: Error & { code?: string }): Reply {
  return { id, error: { message, ...(code ? { code } : {}) } };
}

async function execute(kv: Kv, request: Request): Promise<Reply> {
  const { id } = request;
  switch (request.op) {
    case 'get':
      return { id, ok: await kv.get(request.key) };
    case 'getMany':
      return { id, ok: await kv.getMany(request.keys) };
    case 'range':
      return { id, ok: await kv.range(request.query) };
    case 'batch':
      await kv.batch(request.ops, request.options);
      return { id, ok: undefined };
    case 'claim':
      return { id, ok: await kv.claim(request.counterKey, request.nonceKey) };
    case 'generation':
      return { id, ok: await kv.generation() };
    case 'subscribe':
    case 'publish':
      return { id, ok: undefined };
  }
}
