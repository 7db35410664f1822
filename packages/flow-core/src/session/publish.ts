/** Events of a run or a spin go to the session's own listener, and through the store to other processes. */
import { randomUUID } from 'node:crypto';
import type { Emit, FlowEvent } from '../engine/task/flow-event';
import type { Store } from '../store/store';
import type { Session } from './session';

/** An event as another process hears it. */
export interface PublishedEvent {
  /** When it happened, in milliseconds since 1970. */
  at: number;
  /** One run or one spin: its events have the same. */
  work: string;
  /** The process that executes it. */
  pid: number;
  user: string;
  event: FlowEvent;
  /** Events before this one that were dropped, because the listener did not keep up. */
  dropped: number;
}

/** What emits the events of one run, or of one spin, of a session. */
export function publishing({ emit, store, user }: Pick<Session, 'emit' | 'store' | 'user'>): Emit {
  const work = randomUUID();
  return (event) => {
    emit(event);
    store.events.publish({ at: Date.now(), work, pid: process.pid, user, event });
  };
}

/**
 * Hears the runs and spins of other processes, from now on. What it resolves with ends that.
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

/** What comes from another process is data, of whatever version it is. */
function isPublished(value: unknown): value is Omit<PublishedEvent, 'dropped'> {
  if (typeof value !== 'object' || value === null) return false;
  const { at, work, pid, event } = value as Partial<PublishedEvent>;
  return typeof at === 'number' && typeof work === 'string' && typeof pid === 'number' && isEvent(event);
}

function isEvent(event: unknown): boolean {
  return typeof event === 'object' && event !== null && 'type' in event && typeof event.type === 'string';
}
