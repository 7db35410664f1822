/**
 * Keeps a task from leaving anything in its process: whatever it did to variables, folder, umask, listeners, built-in
 * objects, is put back. What it must not do to a process that is not its own, such as ending it, is refused.
 */
import type { ExitListener } from '../../process/at-exit';
import { forbidEnd, type Refusal } from '../../process/ending';
import { guardTalk, noteUmask } from './process-functions';
import { type Extent, Realm } from './realm';
import { watchEnv } from './restore-env';
import type { Changes } from './watched';

/**
 * Events of the process that a task could answer in the engine's place. By the first two, Node itself notices listeners of
 * signals and messages.
 */
const EVENTS = [
  'newListener',
  'removeListener',
  'uncaughtException',
  'unhandledRejection',
  'uncaughtExceptionMonitor',
  'beforeExit',
  'exit',
  'warning',
  'message',
  'disconnect',
  'SIGINT',
  'SIGTERM',
  'SIGHUP',
] as const;

type Listener = () => void;

export interface ContainmentOptions {
  refusal: Refusal;
  /** Which built-in objects are looked at; undefined means none. */
  extent: Extent | undefined;
  /** Whether a call is a task's. By default each is. */
  ours?: () => boolean;
}

const { cwd, chdir, umask } = process;

export class Containment {
  readonly #options: ContainmentOptions;
  readonly #env = watchEnv();
  readonly #listeners = new Map<string | symbol, readonly Listener[]>();
  readonly #release: (() => void)[];
  readonly #umask = umask();
  readonly #title = process.title;
  #cwd = cwd();
  /** The umask was changed. */
  #masked = false;
  #realm: Realm | undefined;

  constructor(options: ContainmentOptions) {
    this.#options = options;
    const restoreListeners = (event?: string | symbol) => {
      if (event !== undefined) this.#restoreListeners(event);
      else for (const name of this.#listeners.keys()) this.#restoreListeners(name);
    };
    this.#release = [
      forbidEnd(options.refusal),
      guardTalk(restoreListeners, options.ours ?? (() => true)),
      noteUmask(() => (this.#masked = true)),
    ];
    this.#rememberListeners();
  }

  /** What is now there is what every task finds: call when the flow is imported. */
  remember(): void {
    this.#rememberListeners();
    const { extent } = this.#options;
    if (extent) this.#realm = new Realm(extent);
  }

  /** The folder in which every task begins; until then the one in which the process was started. */
  moveTo(folder: string): void {
    this.#cwd = folder;
    chdir(folder);
  }

  /** Puts built-in objects back. */
  putBackRealm(extent: Extent): Changes {
    return this.#realm?.putBack(extent) ?? { names: [], lasting: [] };
  }

  /** Puts back everything else. Returns false when something cannot be. */
  putBack(): boolean {
    this.#env.restore();
    Reflect.set(process, 'exitCode', undefined);
    if (process.title !== this.#title) process.title = this.#title;
    if (this.#masked) umask(this.#umask);
    this.#masked = false;
    for (const event of this.#listeners.keys()) this.#restoreListeners(event);
    try {
      if (cwd() !== this.#cwd) chdir(this.#cwd);
      return true;
    } catch {
      // The folder that it is in was removed.
      return returnTo(this.#cwd);
    }
  }

  /** Puts everything back, and guards nothing any more. Returns what was to be called when the process exits. */
  release(): ExitListener[] {
    this.putBackRealm('engine');
    for (const release of this.#release) release();
    const before = this.#listeners.get('exit') ?? [];
    const exits = process
      .rawListeners('exit')
      .filter((one) => !before.includes(one as Listener)) as ExitListener[];
    this.putBack();
    this.#env.release();
    return exits;
  }

  #rememberListeners(): void {
    this.#listeners.clear();
    for (const event of [...EVENTS, ...process.eventNames()])
      this.#listeners.set(event, process.rawListeners(event) as Listener[]);
  }

  #restoreListeners(event: string | symbol): void {
    const before = this.#listeners.get(event);
    if (!before) return;
    const now = process.rawListeners(event) as Listener[];
    if (now.length === before.length && now.every((listener, i) => listener === before[i])) return;
    try {
      for (const listener of now) process.off(event, listener);
      for (const listener of before) process.on(event, listener);
    } catch {
      // The task has frozen `process`, which is noticed: this process is not used again.
    }
  }
}

function returnTo(folder: string): boolean {
  try {
    chdir(folder);
    return true;
  } catch {
    return false;
  }
}
