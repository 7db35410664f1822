/**
 * The broker: the one process that has the store's LevelDB open, and serves it over a local socket.
 * Leadership is LevelDB's lock. The order is what makes it safe: open, unlink the stale socket, listen;
 * and a write is acknowledged when its batch has resolved, never before.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import type { Kv } from '../kv';
import { LevelKv } from '../level';
import { frame, type Reply, type Request, socketPath, Unframer } from './protocol';

export type BrokerEnd = 'idle' | 'locked';

export interface BrokerOptions {
  store: string;
  /** Milliseconds without a client after which it leaves. */
  idleMs: number;
  onListening(): void;
}

/** Serves until idle. Resolves at once with `locked` where another broker leads. */
export async function serveBroker({ store, idleMs, onListening }: BrokerOptions): Promise<BrokerEnd> {
  let kv: LevelKv;
  try {
    kv = await LevelKv.open(join(store, 'db'));
  } catch (error) {
    if ((error as { cause?: { code?: string } }).cause?.code === 'LEVEL_LOCKED') return 'locked';
    throw (error as { cause?: unknown }).cause ?? error;
  }
  const path = socketPath(store);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  if (process.platform !== 'win32') rmSync(path, { force: true });
  const sockets = new Set<Socket>();
  const server = createServer();
  const idle = new Promise<void>((resolve) => {
    let timer: NodeJS.Timeout | undefined = setTimeout(resolve, Math.max(idleMs, STARTUP_MS));
    server.on('connection', (socket) => {
      clearTimeout(timer);
      sockets.add(socket);
      serveClient(socket, kv);
      socket.on('close', () => {
        sockets.delete(socket);
        if (sockets.size === 0) timer = setTimeout(resolve, idleMs);
      });
    });
  });
  await listen(server, path);
  onListening();
  await idle;
  // From here on a client is refused, and starts the next broker, which waits for the lock.
  server.close();
  await kv.close();
  return 'idle';
}

/** A broker whose starter died before connecting does not stay. */
const STARTUP_MS = 5000;

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => resolve());
  });
}

/** Reads may overtake each other; writes of one client are begun in the order in which they came. */
function serveClient(socket: Socket, kv: Kv): void {
  const unframer = new Unframer<Request>();
  const answer = (reply: Reply) => {
    if (!socket.destroyed) socket.write(frame(reply));
  };
  let writes: Promise<unknown> = Promise.resolve();
  const inOrder = (request: Request): Promise<Reply> => {
    // A read sees every write that its client sent before.
    const done = writes.then(() => execute(kv, request));
    if (request.op === 'batch') writes = done.catch(() => {});
    return done;
  };
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    socket.cork();
    for (const request of unframer.push(chunk)) {
      inOrder(request).then(answer, (error: Error & { code?: string }) =>
        answer({
          id: request.id,
          error: { message: error.message, ...(error.code ? { code: error.code } : {}) },
        }),
      );
    }
    process.nextTick(() => socket.uncork());
  });
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
  }
}
