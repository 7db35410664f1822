/**
 * Of some events Node asks nobody else than those that listen: whether the process ends, and what to do with what nothing
 * catches. A listener that throws then, or ends the process, ends all that is under way in it. Those of a flow do not.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { callContained, type Listener } from './call-contained';
import { stopListening } from './listeners';

/** In a process that is not there for one step alone, `exit` is one, too. */
export const DECIDING = [
  'beforeExit',
  'uncaughtExceptionMonitor',
  'uncaughtException',
  'unhandledRejection',
] as const;

type Raw = Listener & { listener?: Listener };
type Within = (work: () => void) => void;

// A step may replace them while it is under way.
const { rawListeners } = process;
const { apply } = Reflect;
const { slice } = Array.prototype;
const { has } = Set.prototype;
const { get } = WeakMap.prototype;

export interface Contained {
  /** The engine's own, which are called as always. */
  own: readonly Listener[];
  /**
   * Whether the code that causes an event has nothing to say any more: then only the engine hears of it. What the others do
   * about it might cause the next one.
   */
  isPast(): boolean;
}

/**
 * Until the returned function is called, whoever listens to these events is called contained, and as the code that let it
 * listen: what it prints, starts and throws later is of that code.
 */
export function containListeners(events: readonly string[], { own, isPast }: Contained): () => void {
  const deciding = Object.create(null) as Record<string | symbol, true>;
  for (const event of events) deciding[event] = true;
  const engine = new Set(own);
  const origins = new WeakMap<Listener, Within>();
  const note = (event: string | symbol, listener: Listener) => {
    if (deciding[event]) origins.set(listener, AsyncLocalStorage.snapshot());
  };
  const contain = (event: string, raw: Raw, given: unknown[]) => {
    const call = () => callContained(event, raw, given);
    const within = apply(get, origins, [raw.listener ?? raw]) as Within | undefined;
    if (within) within(call);
    else call();
  };
  let active = true;
  const { emit } = process;
  const ours = (...emitted: unknown[]) => {
    const event = emitted[0] as string;
    if (!active || !deciding[event]) return apply(emit, process, emitted);
    const listeners = apply(rawListeners, process, [event]) as Raw[];
    const given = apply(slice, emitted, [1]);
    const past = isPast();
    // No loop by `of`: a task may have broken the iterator of arrays.
    for (let i = 0; i < listeners.length; i++) {
      const raw = listeners[i] as Raw;
      if (apply(has, engine, [raw])) apply(raw, process, given);
      else if (!past) contain(event, raw, given);
    }
    return listeners.length > 0;
  };
  try {
    process.on('newListener', note);
  } catch {
    // It is frozen.
  }
  Reflect.set(process, 'emit', ours);
  return () => {
    active = false;
    stopListening('newListener', note);
    // What has replaced ours meanwhile, and calls it, stays.
    if (process.emit === ours) Reflect.set(process, 'emit', emit);
  };
}
