/** `@nx-flow/queue`: what the commands of core call. It is no API of its own. */
import { FileCas, fingerprintHere } from '@nx-flow/core/queue';
import { Agent, type AgentOptions } from './agent/agent';
import { bind } from './blobs/binding';
import { freightOf } from './blobs/freight';
import { openBlobs } from './blobs/open-blobs';
import { Server } from './connection/server';
import type { QueueEvent } from './pool/events';
import { QueuePool, type QueuePoolOptions } from './pool/queue-pool';
import { type Overview, overviewOf } from './registry/overview';
import { Shipment, type ShipmentOptions } from './ship/shipment';
import { DEFAULT_QUEUE, requireQueueName } from './wire/names';

export type { Agent, AgentEvent } from './agent/agent';
export type { Blob, Blobs } from './blobs/blobs';
export type { BucketClient } from './blobs/client';
export { migrateQueue } from './connection/postgres';
export { requireQueueUrl, shownUrl } from './connection/url';
export type { QueueEvent } from './pool/events';
export type { QueuePool } from './pool/queue-pool';
export type { Overview, QueueOverview, RunOverview } from './registry/overview';
export type { AgentEntry, RunEntry } from './registry/registry';
export { DEFAULT_QUEUE, requireQueueName } from './wire/names';

/** Of a pool, with the address of the server in the place of the server. */
export interface OpenPoolOptions
  extends Omit<QueuePoolOptions, 'server' | 'queue' | 'freight' | 'patienceMs' | 'shipment'> {
  url: string | undefined;
  /** Default `default`. */
  queue?: string;
  /** How long the run waits for a queue that does not answer. Milliseconds; default 5 minutes. */
  patienceMs?: number;
  /** Where large values travel: `file:/mnt/flow`, `s3://bucket/prefix`. Without it they do not. */
  blobs?: string;
  /** The store that the place belongs to, by its id. */
  store?: string;
  /** The folder of large values here. */
  cas?: string;
  /** The folder into which those go that come back. Without it they stay where they are until somebody reads them. */
  received?: string;
  /** Sends the code to workers that have not got it. */
  ship?: Pick<ShipmentOptions, 'key' | 'inputs' | 'secrets'>;
}

/** A pool whose tasks are executed by workers elsewhere. @throws FlowError FLOW_QUEUE_NAME, FLOW_BLOBS_URL, FLOW_BLOBS_STORE, FLOW_BLOBS_AWAY, FLOW_SHIP, FLOW_QUEUE_URL, FLOW_QUEUE_AWAY, FLOW_QUEUE_REFUSED, FLOW_QUEUE_MIGRATE */
export async function openQueuePool({
  url,
  queue = DEFAULT_QUEUE,
  patienceMs = 300_000,
  blobs,
  cas = '',
  received,
  ship,
  store,
  ...options
}: OpenPoolOptions): Promise<QueuePool> {
  requireQueueName(queue);
  const place = blobs === undefined ? undefined : openBlobs(blobs);
  if (place && store !== undefined) await bind(place, store);
  const freight = freightOf({
    ...{ blobs: place, cas: new FileCas(cas), patienceMs, store },
    ...(received === undefined ? {} : { received: new FileCas(received) }),
    tell: (event) => options.emit?.({ ...event, ...(place ? { url: place.url } : {}) } as QueueEvent),
  });
  const { flow, file, workspace, fingerprint = fingerprintHere, emit } = options;
  const shipment =
    ship && (await Shipment.make({ flow, file, workspace, fingerprint, freight, cas, ...ship }));
  const left = shipment?.left ?? [];
  if (left.length > 0) emit?.({ type: 'code-left', files: [...left] });
  const server = await Server.open(url);
  const sent = shipment && { shipment, fingerprint: async () => shipment.fingerprints };
  return new QueuePool({ server, queue, patienceMs, freight, ...options, ...sent });
}

export interface StartAgentOptions extends Omit<AgentOptions, 'server' | 'freight'> {
  url: string | undefined;
  /** As of {@link OpenPoolOptions}. */
  blobs?: string;
  /** Its tasks begin again elsewhere when it was not heard of for so long. Milliseconds; default 10,000. */
  lockMs?: number;
}

/** How long a worker waits for the inputs of tasks, until it leaves them to others. Milliseconds. */
const BLOBS_MS = 2000;

/** A worker, which takes tasks from now on. @throws as {@link openQueuePool} */
export async function startAgent({ url, lockMs, blobs, ...options }: StartAgentOptions): Promise<Agent> {
  for (const queue of options.queues) requireQueueName(queue);
  const place = blobs === undefined ? undefined : openBlobs(blobs);
  const cas = new FileCas(options.cas);
  const freight = freightOf({ blobs: place, cas, received: cas, patienceMs: BLOBS_MS });
  const server = await Server.open(url, lockMs);
  try {
    return await new Agent({ server, freight, ...options }).start();
  } catch (error) {
    await server.close();
    throw error;
  }
}

/** A place of large values, for whoever looks after it. @throws FlowError FLOW_BLOBS_URL */
export { openBlobs };

/** Who works at the queues, for whom, and how much waits. @throws as {@link openQueuePool} */
export async function queueOverview(url: string | undefined): Promise<Overview> {
  const server = await Server.open(url);
  try {
    return await overviewOf(server);
  } finally {
    await server.close();
  }
}
