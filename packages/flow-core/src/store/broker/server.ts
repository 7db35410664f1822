/**
 * The broker: the one process that has the store's LevelDB open and serves it over a local socket. Leadership is
 * LevelDB's lock. The order makes it safe: open, listen, replace the stale socket. A write is acknowledged when
 * its batch has resolved, never before. After a failed batch it acknowledges nothing more and exits. Its clients
 * then send all unanswered requests to the broker that they start.
 */

import { existsSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay, setImmediate } from 'node:timers/promises';
import { thousands } from '../../definition/thousands';
import { sweepTemporary } from '../../environment/temporary';
import { keepReserve } from '../folder/reserve';
import { droppedLine } from '../level/dropped';
import { lookAtTables } from '../level/known-tables';
import { manifestOf, noteLogs } from '../level/left-logs';
import type { LevelKv } from '../level/level';
import { STORE_FORMAT } from '../level/stamp';
import { HoldTable } from './hold-table';
import { Hub } from './hub';
import { listen } from './listen';
import { madeRoom, openDatabase } from './open-database';
import { forgetLeft, hadLeft, noteLeft, noteNews, notePid } from './pid-file';
import { frame, MESSAGES } from './protocol';
import { serveClient } from './serve-client';
import { sweepSockets } from './sweep-sockets';
import type { ViewKv } from './view';

/**
 * - `failed`: a batch failed, and the database with it
 * - `moved`: the database is not where it was opened. End the process at once: whatever LevelDB still does, it does in what lies there now
 */
export type BrokerEnd = 'idle' | 'locked' | 'failed' | 'moved';

export interface BrokerOptions {
  store: string;
  /** Where the command was started that started it. */
  started?: string | undefined;
  /** Milliseconds without a client after which it exits. */
  idleMs: number;
  /** Called now and then before it listens, with what it does: `is looking at its tables: 12 of 300`. */
  onNews?(news: string): void;
  onListening(): void;
}

/**
 * Serves until idle, or until a batch fails. Resolves at once with `locked` when another broker leads.
 * @throws FlowError FLOW_STORE_CORRUPT, FLOW_STORE_FORMAT; LevelDB's own error when it cannot open the database
 */
export async function serveBroker({
  store,
  started,
  idleMs,
  onNews,
  onListening,
}: BrokerOptions): Promise<BrokerEnd> {
  const tellNews = (news: string) => {
    noteNews(store, news);
    onNews?.(news);
  };
  // After one that ended otherwise, the reserve may have been given up for what comes now.
  const mayReserve = hadLeft(store) || !existsSync(join(store, 'db', 'CURRENT'));
  const database = await openDatabase({ store, started, tellNews });
  if (database === 'locked') return 'locked';
  const { kv, onlyReading } = database;
  let { made } = database;
  const server = createServer();
  const sockets = new Set<Socket>();
  const hub = new Hub();
  const warning = droppedLine(store);
  const hello = {
    ...{ messages: MESSAGES, pid: process.pid },
    ...(warning ? { warning } : {}),
    ...(onlyReading === undefined ? { database: (kv as LevelKv).id } : { onlyReading }),
  };
  const view = onlyReading === undefined ? undefined : (kv as ViewKv);
  const holds = new HoldTable(kv, view ? 'others' : hadLeft(store) ? 'nobody' : 'unknown');
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const ready = opened.then(async () => {
    await kv.prepare((done) => hub.busy(migrating(done)));
    if (!view && (await kv.range(FIRST)).length === 0) holds.isNewStore();
  });
  if (!view)
    (kv as LevelKv).makeRoom = async () => {
      const done = await madeRoom({ store, started });
      if (done !== undefined) hub.busy(done);
      return done !== undefined;
    };
  const idle = untilIdle(server, sockets, idleMs, (socket) => {
    if (view?.isOver()) return socket.destroy();
    socket.write(frame({ id: 0, hello }));
    hub.add(socket);
    // One line for whoever made it start.
    if (made !== undefined) hub.busy(made);
    made = undefined;
    serveClient(socket, { kv, hub, holds, ready });
  });
  const listening = await listen(server, store);
  if (!view) notePid(store);
  onListening();
  open();
  if (!view) {
    if (mayReserve) void keepReserve(store);
    void sweepSockets();
    for (const folder of [join(store, 'cas'), join(store, 'db'), store]) sweepTemporary(folder);
  }
  const failed = ready.then(() => kv.failed).catch(() => {});
  const looking = setInterval(() => isHere(kv), LOOK_MS);
  const end = await Promise.race([idle.then(() => 'idle' as const), failed.then(() => 'failed' as const)]);
  clearInterval(looking);
  if (!isHere(kv)) {
    // Those who asked are answered first.
    await setImmediate();
    return 'moved';
  }
  listening.refuse();
  const manifest = manifestOf(store);
  // As long as the lock is held, these are not the notes of the next one.
  if (!view && (end === 'idle' ? sockets.size === 0 : holds.isFree())) noteLeft(store);
  // Those who read through it come back to the next one, which must not take them for gone.
  if (view && holds.isHeld()) forgetLeft(store);
  await kv.close();
  if (end === 'failed') {
    listening.leave();
    await hangUp(sockets);
    return end;
  }
  // Somebody may remove the store just now.
  if (!view && isHere(kv)) {
    noteLogs(store, manifest);
    await lookAtTables(store, join(store, 'db')).catch(() => {});
    // It may have been given up, and there may be room again.
    if (isHere(kv)) await keepReserve(store);
  }
  listening.leave();
  return end;
}

/** How often to look whether the database is where it was opened while nobody asks for anything. Milliseconds. */
const LOOK_MS = 250;

function isHere(kv: LevelKv | ViewKv): boolean {
  try {
    if ('requireHere' in kv) kv.requireHere();
    return true;
  } catch {
    return false;
  }
}

const FIRST = { gte: '', lt: '\x7f', limit: 1 };

const migrating = (done: number) =>
  `is bringing its store to format ${STORE_FORMAT}: ${thousands(done)} records so far`;

/** How long to wait for a client to hang up in return. */
const HANGUP_MS = 1000;

/** Answers the client whose batch failed, then ends all connections. */
async function hangUp(sockets: ReadonlySet<Socket>): Promise<void> {
  await setImmediate();
  const closed = [...sockets].map((socket) => {
    const gone = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    // Further requests are read but not answered: a client that cannot send would not read its answers to the end.
    socket.resume();
    socket.end();
    return gone;
  });
  await Promise.race([Promise.all(closed), delay(HANGUP_MS)]);
}

/** How long a broker waits for its first client, which may have died before connecting. */
const STARTUP_MS = 5000;

function untilIdle(
  server: Server,
  sockets: Set<Socket>,
  idleMs: number,
  serve: (socket: Socket) => unknown,
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
