/** Finds the broker of a store or starts one, and reports why when none can serve. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { FlowError } from '../../definition/errors';
import { withoutHandles } from '../../definition/handles';
import { inCi } from '../../environment/in-ci';
import { packageFile } from '../../environment/package-root';
import { KEEP, MARK } from '../../environment/task-mark';
import { noRoom, storeFull } from '../no-room';
import { whoseStore } from '../owner';
import { damagedDatabase, isDamage } from './errors';
import { type Connection, greeted } from './greeting';
import { brokerName } from './pid-file';
import { type Complaint, requireSocketFolder, socketElsewhere } from './protocol';
import { TELL_MS } from './silence';

/** How long a broker stays without clients. Under ten seconds, so that it soon follows the last command. */
const IDLE_MS = 5000;

export function unavailable(message: string, cause?: unknown): FlowError {
  return new FlowError('FLOW_STORE_UNAVAILABLE', message, { cause });
}

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
 * @param patience milliseconds to wait for a broker
 * @param tell gets one line for a person when it takes long
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
  const begun = performance.now();
  let told = false;
  let start = { at: begun, pause: 4 };
  for (;;) {
    // Without a socket there is no broker. This check answers at once, connecting only after an event loop turn.
    const socket = (await tryIfThere(path)) ?? (await tryElsewhere(store, path));
    const connection = socket && (await greeted(socket));
    if (connection) return connection;
    const now = performance.now();
    if (now - begun > patience)
      throw unavailable(
        `${brokerName(store)} has not answered for ${Math.round(patience / 1000)} s, and no other one can take its place: it may be stopped, or another program holds the database ${join(store, 'db')}. End it, and do it again.`,
      );
    if (now - begun > TELL_MS && !told) {
      told = true;
      tell(`${brokerName(store)} does not answer. Waiting for it up to ${Math.round(patience / 1000)} s.`);
    }
    if (now >= start.at) {
      if ((await startBroker(store)) === 'listening') continue;
      start = { at: performance.now() + start.pause, pause: Math.min(start.pause * 2, START_MS) };
    }
    await delay(Math.min(start.pause, CONNECT_MS));
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

/**
 * Starts a broker and waits until it listens or is gone. It is gone when it was killed, or when another broker
 * leads, which is about to listen or to exit.
 */
function startBroker(store: string): Promise<'listening' | 'gone'> {
  const idle = inCi() ? 0 : IDLE_MS;
  const { NODE_OPTIONS: _, ...env } = process.env;
  // A step may be the first that needs it. Others need it still when that step has ended.
  const args = [packageFile('dist/broker.js'), store, String(idle), ...startedIn()];
  const child: ChildProcess = spawn(process.execPath, args, {
    cwd: store,
    detached: true,
    keep: true,
    env: { ...env, [MARK]: KEEP },
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  return new Promise((resolve, reject) => {
    let complaint = '';
    child.once('error', (error) => {
      const known = withoutHandles(error);
      reject(
        known === error
          ? unavailable(
              `No broker for ${store} can be started: ${error.message}. Do it again when the system can start processes.`,
              error,
            )
          : known,
      );
    });
    child.stdout?.once('data', () => {
      resolve('listening');
      child.stdout?.destroy();
      child.stderr?.destroy();
      child.unref();
    });
    child.stderr?.on('data', (chunk) => {
      complaint += chunk;
    });
    child.once('close', (code, signal) => {
      if (code === 0 || signal !== null) resolve('gone');
      else {
        const last = complaint.trim().split('\n').at(-1) || `exit code ${code}`;
        reject(openingError(store, last));
      }
    });
  });
}

/** @param last the last line that the broker wrote: a {@link Complaint}, or the error that ended its process */
function openingError(store: string, last: string): FlowError {
  let complaint: Complaint;
  try {
    complaint = JSON.parse(last);
  } catch {
    complaint = { message: last };
  }
  const { message, code } = complaint;
  const reason = noRoom(complaint);
  if (reason) return storeFull(store, reason);
  if (code?.startsWith('FLOW_')) return new FlowError(code, message);
  if (isDamage(message)) return damagedDatabase(store, message);
  return unavailable(
    `The store ${join(store, 'db')} cannot be opened: ${message.replace(/\.?$/, '.')} ${whoseStore(store) ?? 'Mend that and do it again, or name another store by --store=<folder> or NX_FLOW_STORE.'}`,
  );
}

/** The folder of this process, which may be gone. */
function startedIn(): string[] {
  try {
    return [process.cwd()];
  } catch {
    return [];
  }
}
