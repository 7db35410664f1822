/** Finds the broker of a store or starts one, and reports why when none can serve. */
import { existsSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { dirname } from 'node:path';
import type { FlowError } from '../../definition/errors';
import { withoutHandles } from '../../definition/handles';
import { whoseStore } from '../folder/owner';
import { type Connection, greeted } from './greeting';
import { requireSocketFolder, socketElsewhere } from './protocol';
import { StartingBroker } from './starting';
import { unavailable } from './unavailable';
import { Waiting } from './waiting';

/** Brokers that ended one after another. */
export function diedAgain(store: string, count: number): FlowError {
  return unavailable(
    `${count} brokers of ${store} in a row ended without an answer: see whether the system lacks memory, and do it again; nx-flow verify says whether the store is whole.`,
  );
}

/** The longest pause between two attempts to connect, and to start a broker. Milliseconds. */
const CONNECT_MS = 100;
const START_MS = 2000;

/**
 * @param patience milliseconds to wait for a sign of life of a broker
 * @param tell gets a line for a person when it takes long
 * @throws FlowError FLOW_STORE_UNAVAILABLE, FLOW_STORE_FULL, FLOW_STORE_CORRUPT, FLOW_STORE_FORMAT
 */
export async function findBroker(
  store: string,
  path: string,
  patience: number,
  tell: (line: string) => void,
): Promise<Connection> {
  try {
    requireSocketFolder(path, store);
  } catch (error) {
    throw unavailable(`The store ${store} cannot be reached: ${(error as Error).message}.`, error);
  }
  const waiting = new Waiting({ store, patience, tell });
  let starting: StartingBroker | undefined;
  let start = { at: performance.now(), pause: 4 };
  try {
    for (;;) {
      // Without a socket there is no broker. This check answers at once, connecting only after an event loop turn.
      // While one starts, no other listens, unless it was stopped before it had the database.
      const isAwaited = starting && !waiting.isLong;
      const socket = isAwaited ? undefined : ((await tryIfThere(path)) ?? (await tryElsewhere(store, path)));
      const connection = socket && (await greeted(socket));
      if (connection) return connection;
      waiting.look(starting);
      if (!starting && performance.now() >= start.at) starting = new StartingBroker(store);
      const pause = Math.min(starting ? CONNECT_MS : start.pause, CONNECT_MS);
      const settled = await within(pause, starting?.settled);
      if (settled !== undefined) starting = undefined;
      // Another one leads.
      if (settled === 'gone')
        start = { at: performance.now() + start.pause, pause: Math.min(start.pause * 2, START_MS) };
    }
  } finally {
    starting?.leave();
  }
}

/** What comes within some milliseconds; undefined where nothing does. */
async function within<T>(ms: number, coming: Promise<T> | undefined): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await (coming ? Promise.race([coming, late]) : late);
  } finally {
    clearTimeout(timer);
  }
}

async function tryIfThere(path: string): Promise<Socket | undefined> {
  return process.platform === 'win32' || existsSync(path) ? tryConnect(path) : undefined;
}

/** The socket of a broker whose store has no room for it. */
async function tryElsewhere(store: string, path: string): Promise<Socket | undefined> {
  const elsewhere = socketElsewhere(store);
  if (elsewhere === undefined || elsewhere === path || !existsSync(elsewhere)) return undefined;
  requireSocketFolder(elsewhere, store);
  return tryConnect(elsewhere);
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
      const known = withoutHandles(error);
      const absent = ['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'EAGAIN'].includes(error.code ?? '');
      if (absent) resolve(undefined);
      else if (known !== error) reject(known);
      else
        reject(
          unavailable(
            `The store's socket ${path} does not answer: ${error.message}. ${whoseStore(dirname(path)) ?? 'End the process that holds it, and do it again.'}`,
            error,
          ),
        );
    });
  });
}
