/** What the page hears while it is open: `GET /api/events`, one message for each event of a `text/event-stream`. */
import type { FlowEvent } from '@nx-flow/core/ui';
import type { SpinEntry } from './routes';

/** The first message, also after the line was lost: what is shown has to be asked for again. */
export interface Hello {
  type: 'hello';
  /** Of the server: another one than before has other spins of the moment. */
  server: string;
}

/** Something happens in a run or spin of this or another process. Cards come as {@link CardShown}. */
export interface Happened {
  type: 'event';
  /** All events of one run or spin have the same. */
  work: string;
  at: number;
  event: Exclude<FlowEvent, { type: 'card-updated' }>;
}

/** A card shows something else: `html` takes the place of what its frame shows (`{ card: html }` by `postMessage`). */
export interface CardShown {
  type: 'card';
  /** `movies/12/train/3`, or the number of a spin; `movies/12/train` of a card that all its tasks show together. */
  task: string | number;
  attempt: number;
  id: string;
  html: string;
  /** Another one than before: its frame has to be loaded again. */
  policy: string;
}

/** A spin of the moment began, changed or ended. */
export interface SpinChanged {
  type: 'spin';
  spin: SpinEntry;
}

/** Events were lost, since the page did not keep up: what is shown has to be asked for again. */
export interface Missed {
  type: 'missed';
  count: number;
}

/** The store cannot be reached, or can be again. */
export interface StoreState {
  type: 'store';
  /** One sentence. Absent: it is there again. */
  away?: string;
}

export type Message = Hello | Happened | CardShown | SpinChanged | Missed | StoreState;
