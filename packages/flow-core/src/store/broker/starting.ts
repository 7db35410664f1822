/** A broker that this process starts. It may say what it does before it listens, and may be stopped before it has said anything. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { FlowError } from '../../definition/errors';
import { withoutHandles } from '../../definition/handles';
import { inCi } from '../../environment/in-ci';
import { packageFile } from '../../environment/package-root';
import { KEEP, MARK } from '../../environment/task-mark';
import { noRoom, storeFull } from '../folder/no-room';
import { whoseStore } from '../folder/owner';
import { damagedDatabase, isDamage } from './errors';
import { type Complaint, LISTENING } from './protocol';
import { unavailable } from './unavailable';

/** How long a broker stays without clients. Under ten seconds, so that it soon follows the last command. */
const IDLE_MS = 5000;

/** LevelDB ends its process where a damaged file has what it never writes, such as a record twice. */
const ASSERTION = /leveldb.*(Assertion .* failed)/;

export class StartingBroker {
  readonly #child: ChildProcess;
  /**
   * How it went: it listens, or is gone. It is gone when it was killed, or when another broker leads, which is about to listen or
   * to exit. Rejects where it cannot serve.
   */
  readonly settled: Promise<'listening' | 'gone'>;
  /** What it said last that it does. */
  news: string | undefined;

  constructor(store: string) {
    const idle = inCi() ? 0 : IDLE_MS;
    const { NODE_OPTIONS: _, ...env } = process.env;
    // A step may be the first that needs it. Others need it still when that step has ended.
    const args = [packageFile('dist/broker.js'), store, String(idle), ...startedIn()];
    this.#child = spawn(process.execPath, args, {
      cwd: store,
      detached: true,
      keep: true,
      env: { ...env, [MARK]: KEEP },
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    this.settled = this.#settled(store);
    // Whoever has found another broker does not ask.
    this.settled.catch(() => {});
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  #settled(store: string): Promise<'listening' | 'gone'> {
    const { stdout, stderr } = this.#child;
    return new Promise((resolve, reject) => {
      let complaint = '';
      this.#child.once('error', (error) => {
        const known = withoutHandles(error);
        reject(known === error ? notStarted(store, error) : known);
      });
      stdout?.on('data', (chunk) => {
        const line = String(chunk).trimEnd().split('\n').at(-1);
        if (line !== LISTENING) this.news = line;
        else {
          resolve('listening');
          this.leave();
        }
      });
      stderr?.on('data', (chunk) => {
        complaint += chunk;
      });
      this.#child.once('close', (code, signal) => {
        const failed = signal === 'SIGABRT' ? ASSERTION.exec(complaint)?.[1] : undefined;
        if (failed !== undefined)
          return reject(damagedDatabase(store, `LevelDB has ended its process (${failed})`));
        if (code === 0 || signal !== null) return resolve('gone');
        const last = complaint.trim().split('\n').at(-1) || `exit code ${code}`;
        reject(openingError(store, last));
      });
    });
  }

  /** Nobody waits for it any more. It keeps no process alive. */
  leave(): void {
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
    this.#child.unref();
  }
}

function notStarted(store: string, error: Error): FlowError {
  return unavailable(
    `No broker for ${store} can be started: ${error.message}. Do it again when the system can start processes.`,
    error,
  );
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
