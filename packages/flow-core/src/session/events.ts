/** Events go to the session's own listener, and through the store to those of other processes. */
import type { Emit } from '../engine/task/events';
import type { Session } from './session';

/** What emits the events of one run, or of one spin, of a session. */
export function publishing({ emit }: Pick<Session, 'emit' | 'store'>): Emit {
  return emit;
}
