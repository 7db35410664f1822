/** The listeners of `process`. A flow may add some, remove some, or freeze `process`: then none can be added or removed. */
import { replaceFunctions } from './replace-functions';

type Event = string | symbol;
type Listener = () => void;

const CHANGES = ['newListener', 'removeListener'] as const;

/** Node listens to it itself as soon as somebody asks for `process.stdout` in a terminal, to know its width. */
const OF_NODE = 'SIGWINCH';

/** Who listens now, and can be put back. */
export class Listeners {
  readonly #events: readonly Event[];
  readonly #before = new Map<Event, readonly Listener[]>();
  /** Hears that somebody listens, or does no more, when {@link watch} was called. */
  readonly #heard = () => this.doubt();
  #watches = false;
  #changed = true;

  /** @param events beside those that somebody listens to */
  constructor(events: readonly Event[] = []) {
    this.#events = events;
    this.remember();
  }

  /** Who listens now is who listened before. */
  remember(): void {
    this.#before.clear();
    for (const event of [...this.#events, ...process.eventNames()])
      this.#before.set(event, listenersOf(event));
    this.#changed = false;
  }

  /** Hears of changes from now on, so that {@link putBack} has nothing to look at where there are none. */
  watch(): () => void {
    try {
      for (const event of CHANGES) process.on(event, this.#heard);
      this.#watches = true;
    } catch {
      // It is frozen: all of them are looked at each time.
    }
    this.remember();
    return () => {
      this.#watches = false;
      for (const event of CHANGES) {
        stopListening(event, this.#heard);
        const others = this.#before.get(event)?.filter((listener) => listener !== this.#heard);
        this.#before.set(event, others ?? []);
      }
    };
  }

  /** Who listens may have changed by a way that cannot be heard. */
  doubt(): void {
    this.#changed = true;
  }

  /** Those that were added since. */
  addedTo(event: Event): Listener[] {
    const before = this.#before.get(event) ?? [];
    return listenersOf(event).filter((listener) => !before.includes(listener));
  }

  putBack(): void {
    if (this.#isUnchanged()) return;
    for (const event of this.#before.keys()) this.#putBack(event);
    // Those of events that nobody listened to.
    for (const event of process.eventNames())
      if (!this.#before.has(event) && event !== OF_NODE) replaceAll(event, []);
    this.#changed = false;
  }

  /** Those who tell of changes cannot tell of their own end: they are counted. */
  #isUnchanged(): boolean {
    if (!this.#watches || this.#changed) return false;
    for (let i = 0; i < CHANGES.length; i++) {
      const event = CHANGES[i] as Event;
      if (process.listenerCount(event) !== this.#before.get(event)?.length) return false;
    }
    return true;
  }

  #putBack(event: Event): void {
    const before = this.#before.get(event);
    if (before) replaceAll(event, before);
  }

  /**
   * `process.removeAllListeners` leaves them, until the returned function is called.
   * @param applies whether it does in a call
   */
  keep(applies: () => boolean = () => true): () => void {
    let active = true;
    const putBack = replaceFunctions({
      removeAllListeners:
        (real) =>
        (...event: [Event?]) => {
          real?.apply(process, event);
          if (active && applies()) {
            if (event[0] === undefined) this.putBack();
            else this.#putBack(event[0]);
          }
          return process;
        },
    });
    const ours = process.removeAllListeners;
    return () => {
      active = false;
      // What has replaced ours meanwhile, and calls it, stays.
      if (process.removeAllListeners === ours) putBack();
    };
  }
}

/** Hears an event in the place of those that listen to it, who hear it again when the returned function is called. */
export function listenInstead(event: 'beforeExit', listener: () => void): () => void {
  const others = listenersOf(event);
  for (const other of others) process.off(event, other);
  process.on(event, listener);
  return () => {
    process.off(event, listener);
    for (const other of others.reverse()) process.prependListener(event, other);
  };
}

/** Where `process` is frozen, the listener stays: call it for one that changes nothing any more. */
export function stopListening(event: Event, listener: (...given: never[]) => void): void {
  try {
    process.off(event, listener as Listener);
  } catch {
    // It is frozen.
  }
}

function listenersOf(event: Event): Listener[] {
  return process.rawListeners(event) as Listener[];
}

function replaceAll(event: Event, before: readonly Listener[]): void {
  const now = listenersOf(event);
  if (now.length === before.length && now.every((listener, i) => listener === before[i])) return;
  try {
    for (const listener of now) process.off(event, listener);
    for (const listener of before) process.on(event, listener);
  } catch {
    // It is frozen. After a task that is noticed, and this process is not used again.
  }
}
