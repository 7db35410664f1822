/** What a worker says to a run. All but `late` and `ended` is about a chunk; tasks are named by their place in it. */
import type { Part, TaskName, TaskOutcome, TaskShown } from '@nx-flow/core/queue';
import type { Carried } from './freight';

export type Message =
  /** It executes the chunk. */
  | { type: 'taken'; chunk: string }
  | { type: 'started'; chunk: string; at: number }
  | { type: 'log'; chunk: string; at: number; stream: 'stdout' | 'stderr'; text: string; past?: boolean }
  | { type: 'card'; chunk: string; at: number; shown: TaskShown }
  | { type: 'silent'; chunk: string; at: number; ms: number }
  | { type: 'outcome'; chunk: string; at: number; outcome: TaskOutcome; carried: Carried }
  /** What a task of the chunk returned is too large for a message, and its place cannot be reached: the worker waits, until it can. */
  | { type: 'blobs-away'; chunk: string; why: string }
  | { type: 'blobs-back'; chunk: string }
  /** The rest of the chunk is given back: the worker ends, or its code has changed. */
  | { type: 'returned'; chunk: string }
  /** The worker that had the chunk was lost, and this one has not begun it: what is done of it, the run knows. */
  | { type: 'lost'; chunk: string }
  | { type: 'late'; task: TaskName; text: string }
  /** The run will hear nothing more of this worker. */
  | { type: 'ended' };

/** Why a worker does not execute a chunk. Plain JSON: it may be of another version. */
export type Refusal =
  /** Its engine or its Node is another one. */
  | { reason: 'version'; engine: string; node: string }
  /** Its code of the step differs. */
  | { reason: 'code'; parts: Part[] }
  /** It cannot read or load the flow, install packages, or read what the tasks need. */
  | { reason: 'unable'; code: string; why: string };

/** As it lies in the queue of the run. */
export interface Said {
  /** The worker. */
  from: string;
  /** What it says to this run, until it forgets the run. */
  stream: string;
  /** Counts from 1: what comes twice, or in another order, shows. */
  number: number;
  refused?: { chunk: string; refusal: Refusal };
  /** A list of {@link Message}. */
  body?: string;
}

/** What is said to a worker, in a queue of its own. */
export type Order =
  /** The run has ended, or is ending: its tasks are ended, and nothing is said of them any more. */
  { type: 'end'; token: string; answer: boolean };
