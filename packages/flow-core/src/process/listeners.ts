/** The listeners of `process`. A flow may add some, remove some, or freeze `process`: then none can be added or removed. */
import { replaceFunctions } from './replace-functions';

type Event = string | symbol;
type Listener = () => void;

/** Node listens to it itself as soon as somebody asks for `process.stdout` in a terminal, to know its width. */
const OF_NODE = 'SIGWINCH';

/** Who listens now, and can be put back. */
export class Listeners {
  readonly #events: readonly Event[];
  readonly #before = new Map<Event, readonly Listener[]>();

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
  }

  /** Those that were added since. */
  addedTo(event: Event): Listener[] {
    const before = this.#before.get(event) ?? [];
    return listenersOf(event).filter((listener) => !before.includes(listener));
  }

  putBack(): void {
    for (const event of this.#before.keys()) this.#putBack(event);
    // Those of events that nobody listened to.
    for (const event of process.eventNames())
      if (!this.#before.has(event) && event !== OF_NODE) replaceAll(event, []);
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
