/**
 * Keeps a task from leaving anything in its process: whatever it did to variables, folder, umask, listeners, built-in
 * objects, is put back. What it must not do to a process that is not its own, such as ending it, is refused.
 */
import type { ExitListener } from '../../process/at-exit';
import { forbidEnd, type Refusal } from '../../process/ending';
import { Listeners } from '../../process/listeners';
import { guardTalk, noteUmask } from './process-functions';
import type { Extent, Realm } from './realm';
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

export interface ContainmentOptions {
  refusal: Refusal;
  /** Whether a call is a task's. By default each is. */
  ours?: () => boolean;
}

const { cwd, chdir, umask } = process;

export class Containment {
  readonly #env = watchEnv();
  readonly #listeners = new Listeners(EVENTS);
  readonly #release: (() => void)[];
  #umask = umask();
  #title = process.title;
  #cwd = cwd();
  /** The umask was changed. */
  #masked = false;
  #realm: Realm | undefined;

  constructor(options: ContainmentOptions) {
    const { refusal, ours = () => true } = options;
    this.#release = [
      forbidEnd(refusal),
      guardTalk(ours),
      this.#listeners.keep(ours),
      noteUmask(() => (this.#masked = true)),
    ];
  }

  /** What is now there is what every task finds: call when the flow is imported. @param realm undefined: none is looked at */
  remember(realm: Realm | undefined): void {
    this.#env.remember();
    this.#umask = umask();
    this.#title = process.title;
    this.#masked = false;
    this.#listeners.remember();
    this.#realm = realm;
    // Its functions that end it are the engine's from now on.
    realm?.remember(process);
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
    this.#listeners.putBack();
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
    for (const release of this.#release) release();
    const exits: ExitListener[] = this.#listeners.addedTo('exit');
    this.putBack();
    this.#env.release();
    return exits;
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
