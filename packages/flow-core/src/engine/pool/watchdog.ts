/**
 * Notices a process that neither works nor answers: it was stopped, or waits in a call that blocks, such as `execSync` or
 * `Atomics.wait`. It may be right to wait for it, so nothing is ended; a person is told.
 */
import { readFileSync } from 'node:fs';

/** How often to look: a silence may have begun that long before it is seen, and be told as much later. Milliseconds. */
export const LOOK_MS = 2500;

/** How long a process may be silent. Milliseconds. */
const SILENT_MS = 30_000;

/** CPU time between two looks that counts as work. Milliseconds. */
const WORK_MS = 20;

export interface Watched {
  pid: number | undefined;
  /** Asks the process to say something. */
  ping(): void;
  /** Called once for each silence. @param ms how long it has lasted */
  silent(ms: number): void;
}

export class Watchdog {
  readonly #watched: Watched;
  /** Since when it has said nothing, as far as looks can tell; undefined when it has. */
  #since: number | undefined;
  /** The first look since it said something. */
  #unheard: number | undefined;
  #cpuMs: number | undefined;
  #told = false;

  constructor(watched: Watched) {
    this.#watched = watched;
  }

  /** The process said something. */
  heard(): void {
    this.#since = this.#unheard = undefined;
    this.#told = false;
  }

  /** How long the process has said nothing, as far as looks can tell. Milliseconds. */
  silentMs(now: number): number {
    return this.#unheard === undefined ? 0 : now - this.#unheard;
  }

  /** Call every {@link LOOK_MS} while the process has something to do. @param now milliseconds, of a clock that never goes back */
  look(now: number): void {
    const cpuMs = cpuTime(this.#watched.pid);
    const worked = cpuMs === undefined || this.#cpuMs === undefined || cpuMs - this.#cpuMs >= WORK_MS;
    this.#cpuMs = cpuMs;
    this.#watched.ping();
    this.#unheard ??= now;
    if (worked || this.#since === undefined) {
      this.#since = now;
      return;
    }
    const ms = now - this.#since;
    // A look comes a little early or late.
    if (ms < SILENT_MS - LOOK_MS / 2 || this.#told) return;
    this.#told = true;
    this.#watched.silent(ms);
  }
}

/** CPU time that a process has used, in milliseconds; undefined where it cannot be known: then every process counts as working. */
function cpuTime(pid: number | undefined): number | undefined {
  if (pid === undefined || process.platform !== 'linux') return undefined;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program, in parentheses, may hold spaces.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  } catch {
    return undefined;
  }
}

/** Linux counts the time of processes in hundredths of a second, on every platform that Node supports. */
const TICK_MS = 10;
