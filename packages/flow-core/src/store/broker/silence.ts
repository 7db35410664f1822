/** Notices a broker that was asked and gives no sign of life: it was stopped, or its disk does not answer. */

/** When a person is told. Milliseconds. */
export const TELL_MS = 5000;

/** When it is given up. Milliseconds. */
export const GIVE_UP_MS = 30_000;

/** How long one is waited for again that was given up. Milliseconds. */
export const AGAIN_MS = 2000;

/** How often to look. Milliseconds. */
const LOOK_MS = 500;

export interface SilenceListener {
  /** Called once for each silence. */
  silent(): void;
  /** Called once: nothing is waited for any more. */
  over(): void;
}

export class Silence {
  readonly #listener: SilenceListener;
  #timer: NodeJS.Timeout | undefined;
  #since = 0;
  #looked = 0;
  #told = false;

  constructor(listener: SilenceListener) {
    this.#listener = listener;
  }

  /** Something is waited for from now on. Does not keep the process alive. */
  begin(): void {
    if (this.#timer) return;
    this.heard();
    this.#looked = performance.now();
    this.#timer = setInterval(() => this.#look(), LOOK_MS).unref();
  }

  /** The broker said something. */
  heard(): void {
    this.#since = performance.now();
    this.#told = false;
  }

  /** Nothing is waited for. */
  end(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    const now = performance.now();
    const heldUp = now - this.#looked - LOOK_MS;
    // This process was stopped itself, or stood at a breakpoint: what the broker said meanwhile is still to be read.
    if (heldUp > LOOK_MS) this.#since += heldUp;
    this.#looked = now;
    const ms = now - this.#since;
    if (ms >= GIVE_UP_MS) {
      this.end();
      this.#listener.over();
    } else if (ms >= TELL_MS && !this.#told) {
      this.#told = true;
      this.#listener.silent();
    }
  }
}
