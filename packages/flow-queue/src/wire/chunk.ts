/** Some tasks of one step that go to a worker together. */
import type { RunContext, TaskSpec, Visible } from '@nx-flow/core/queue';
import type { Carried } from './freight';

/** Goes up when a worker of an older version would read it wrongly. */
export const WIRE = 1;

/** As it lies in the queue: what is readable there is for people, and for a worker that decides whether to take it. */
export interface ChunkJob {
  v: number;
  /** The versions of the engine and of Node that wrote it. */
  engine: string;
  node: string;
  flow: string;
  run: string;
  step: string;
  /** How many tasks. */
  count: number;
  /** Of the run: workers answer there. */
  token: string;
  /** What a task of it occupies of its worker's resources. */
  resources?: Readonly<Record<string, number>>;
  /** Workers that have refused it. */
  refusedBy?: string[];
  /** Where its code is, for workers that have not got it. */
  shipped?: Shipped;
  /** A {@link Chunk}. */
  body: string;
}

/** Code that was sent, as one blob. */
export interface Shipped {
  /** sha256 of the blob. */
  hash: string;
  /** Of the blob, in bytes. */
  size: number;
  /** In the queue, or where large values travel. */
  place: 'queue' | 'blobs';
  /** Of the hash, the flow, the run and its token, by the key that the run and its workers have. Hex. */
  signature: string;
}

export interface Chunk {
  run: RunContext;
  /** The flow's file, from the workspace. */
  file: string;
  /** Options that were given for all steps, and options of the steps that are left out. */
  with: readonly string[];
  without: readonly string[];
  tasks: SentTask[];
  views: [label: string, entries: [string, Visible][]][];
  /** npm packages of its step. */
  packages?: Readonly<Record<string, string>>;
  /** The secrets of its flow: no worker shows their values. */
  secrets: readonly string[];
  /** Those that its step needs. */
  needs: readonly string[];
  /** The digest of the step's code: a worker executes it where its own is the same. */
  code: string;
  carried: Carried;
  /** The store whose place of large values the run uses. */
  store?: string;
}

export interface SentTask {
  spec: TaskSpec;
  isolate: boolean;
  concurrency: number;
  timeoutMs?: number;
}
