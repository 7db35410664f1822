/** Finds `@nx-flow/queue`: a package of its own, for those whose tasks are executed by workers elsewhere. */

import type { Graph } from '../definition/graph';
import type { Attachable } from '../engine/pool/pool';
import type { QueueEvent } from '../engine/task/queue-event';
import type { FileCas } from '../store/cas/cas';
import { optionalPackage } from './optional-package';

/** What is needed to send the code of a flow. */
export interface ShipRequest {
  key: string;
  inputs?: Graph['inputs'];
  /** The values of the flow's secrets, which are not to be sent. */
  secrets: ReadonlyMap<string, ReadonlySet<string>>;
}

export interface QueuePoolRequest {
  url: string | undefined;
  flow: string;
  file: string;
  workspace: string;
  /** The queue of steps that name none. */
  queue?: string;
  /** The most chunks of tasks at once. */
  max: number;
  with?: readonly string[];
  without?: readonly string[];
  secrets?: readonly string[];
  patienceMs?: number;
  /** Where large values travel, and the id of the store that the place belongs to. */
  blobs?: string;
  store?: string;
  /** The folder of large values here, and the one into which those that come back go; without it they stay in the blobs until they are read. */
  cas: string;
  received?: string;
  /** Sends the code. */
  ship?: ShipRequest;
  emit(event: QueueEvent): void;
}

export type AgentEvent =
  | { type: 'taken'; queue: string; flow: string; run: string; step: string; tasks: number }
  | { type: 'done'; queue: string; flow: string; run: string; step: string; tasks: number; ms: number }
  | { type: 'run-gone'; flow: string; run: string };

export interface AgentRequest {
  url: string | undefined;
  workspace: string;
  queues: readonly string[];
  slots: number;
  resources: Readonly<Record<string, number>>;
  /** The folder of large values, and how much of them is kept for later tasks: bytes, default 10 GB. */
  cas: string;
  cacheLimit?: number;
  idleExitMs?: number;
  /** Where large values travel. */
  blobs?: string;
  /** What it does with code that is sent; by default it takes none. */
  ship?: { accept: boolean; key: string; scripts: boolean; folder: string };
  tell(event: AgentEvent): void;
}

export interface Agent {
  id: string;
  /** Finishes what has begun, and gives the rest back. */
  stop(): Promise<void>;
  ended: Promise<'stopped' | 'idle'>;
}

interface TaskCounts {
  waiting: number;
  active: number;
}

export interface Overview {
  url: string;
  workers: {
    id: string;
    host: string;
    pid: number;
    queues: string[];
    slots: number;
    resources: Readonly<Record<string, number>>;
    since: number;
    isDraining: boolean;
    running: { flow: string; run: string; step: string; count: number; since: number }[];
  }[];
  queues: (TaskCounts & { queue: string; workers: number; slots: number })[];
  runs: (TaskCounts & {
    flow: string;
    run: string;
    host: string;
    user: string;
    since: number;
    queues: string[];
  })[];
  abandoned: TaskCounts;
}

/** A place of large values, for commands that look after a store. */
export interface Blobs {
  readonly url: string;
  size(hash: string): Promise<number | undefined>;
  get(hash: string, into: FileCas): Promise<void>;
  list(): AsyncIterable<{ hash: string; size: number; at: number }>;
  at(hash: string): Promise<number | undefined>;
  remove(hash: string): Promise<void>;
  owner(): Promise<string | undefined>;
}

interface QueuePackage {
  openQueuePool(request: QueuePoolRequest): Promise<Attachable>;
  startAgent(request: AgentRequest): Promise<Agent>;
  queueOverview(url: string | undefined): Promise<Overview>;
  migrateQueue(url: string | undefined): Promise<void>;
  openBlobs(url: string): Blobs;
  /** @throws FlowError FLOW_QUEUE_URL */
  requireQueueUrl(url: string): string;
  shownUrl(url: string): string;
  /** @throws FlowError FLOW_QUEUE_NAME */
  requireQueueName(queue: string): string;
  DEFAULT_QUEUE: string;
}

/** @throws FlowError FLOW_QUEUE_MISSING, FLOW_QUEUE_PACKAGE */
export function queuePackage(workspace: string): QueuePackage {
  const wanted = {
    name: '@nx-flow/queue',
    what: 'Queues are',
    codes: ['FLOW_QUEUE_MISSING', 'FLOW_QUEUE_PACKAGE'],
  } as const;
  return optionalPackage(workspace, wanted) as QueuePackage;
}

/** Where the queues are: `--queue`, or `NX_FLOW_QUEUE`. */
export function queueUrl(options: Readonly<Record<string, unknown>>): string | undefined {
  return (options.queue as string | undefined) ?? process.env.NX_FLOW_QUEUE;
}

/** Where large values travel: `NX_FLOW_BLOBS`. */
export function blobsGiven(): { blobs?: string } {
  const blobs = process.env.NX_FLOW_BLOBS;
  return blobs ? { blobs } : {};
}
