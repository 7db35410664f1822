/** Sends events of a run or spin to the session's own listener and, through the store, to other processes. */
import { randomUUID } from 'node:crypto';
import type { Emit, FlowEvent } from '../engine/task/flow-event';
import type { Store } from '../store/store';
import type { Session } from './session';

/** An event as another process receives it. */
export interface PublishedEvent {
  /** When it happened, in milliseconds since 1970. */
  at: number;
  /** The id of the run or spin: all its events have the same. */
  work: string;
  /** The process that executes it. */
  pid: number;
  user: string;
  event: FlowEvent;
  /** How many events before this one were dropped because the listener did not keep up. */
  dropped: number;
}

/** Returns the emitter for the events of one run or spin of a session. */
export function publishing({ emit, store, user }: Pick<Session, 'emit' | 'store' | 'user'>): Emit {
  const work = randomUUID();
  return (event) => {
    emit(event);
    store.events.publish({ at: Date.now(), work, pid: process.pid, user, event });
  };
}

/**
 * Subscribes to the runs and spins of other processes, from now on. Resolves with a function that ends it.
 * @example
 * ```ts
 * const stop = await hearEvents(store, ({ work, event }) => console.log(work, event.type));
 * ```
 */
export function hearEvents(store: Store, listener: (event: PublishedEvent) => void): Promise<() => void> {
  return store.events.subscribe(({ event, dropped }) => {
    if (isPublished(event)) listener({ ...event, dropped });
  });
}

/** Checks an event from another process, which may have another version. */
function isPublished(value: unknown): value is Omit<PublishedEvent, 'dropped'> {
  if (typeof value !== 'object' || value === null) return false;
  const { at, work, pid, event } = value as Partial<PublishedEvent>;
  return typeof at === 'number' && typeof work === 'string' && typeof pid === 'number' && isEvent(event);
}

function isEvent(event: unknown): boolean {
  return typeof event === 'object' && event !== null && 'type' in event && typeof event.type === 'string';
}
