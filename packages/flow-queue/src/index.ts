/** `@nx-flow/queue`: what the commands of core call. It is no API of its own. */
import { Agent, type AgentOptions } from './agent/agent';
import { openBlobs } from './blobs/open-blobs';
import { Server } from './connection/server';
import { QueuePool, type QueuePoolOptions } from './pool/queue-pool';
import { type Overview, overviewOf } from './registry/overview';
import { DEFAULT_QUEUE, requireQueueName } from './wire/names';

export type { Agent, AgentEvent } from './agent/agent';
export { migrateQueue } from './connection/postgres';
export { shownUrl } from './connection/url';
export type { QueueEvent } from './pool/events';
export type { QueuePool } from './pool/queue-pool';
export type { Overview, QueueOverview, RunOverview } from './registry/overview';
export type { AgentEntry, RunEntry } from './registry/registry';
export { DEFAULT_QUEUE, requireQueueName } from './wire/names';

/** Of a pool, with the address of the server in the place of the server. */
export interface OpenPoolOptions
  extends Omit<QueuePoolOptions, 'server' | 'queue' | 'freight' | 'patienceMs'> {
  url: string | undefined;
  /** Default `default`. */
  queue?: string;
  /** How long the run waits for a queue that does not answer. Milliseconds; default 5 minutes. */
  patienceMs?: number;
  /** Where large values travel: `file:/mnt/flow`. Without it they do not. */
  blobs?: string;
  /** The folder of large values here. */
  cas?: string;
  /** The folder into which those go that come back; by default the same. */
  received?: string;
}

/** A pool whose tasks are executed by workers elsewhere. @throws FlowError FLOW_QUEUE_NAME, FLOW_BLOBS_URL, FLOW_QUEUE_URL, FLOW_QUEUE_AWAY, FLOW_QUEUE_REFUSED, FLOW_QUEUE_MIGRATE */
export async function openQueuePool({
  url,
  queue = DEFAULT_QUEUE,
  patienceMs = 300_000,
  blobs,
  cas = '',
  received = cas,
  ...options
}: OpenPoolOptions): Promise<QueuePool> {
  requireQueueName(queue);
  const freight = openBlobs(blobs, cas, received);
  const server = await Server.open(url);
  return new QueuePool({ server, queue, patienceMs, freight, ...options });
}

export interface StartAgentOptions extends Omit<AgentOptions, 'server' | 'freight'> {
  url: string | undefined;
  /** As of {@link OpenPoolOptions}. */
  blobs?: string;
  /** Its tasks begin again elsewhere when it was not heard of for so long. Milliseconds; default 10,000. */
  lockMs?: number;
}

/** A worker, which takes tasks from now on. @throws as {@link openQueuePool} */
export async function startAgent({ url, lockMs, blobs, ...options }: StartAgentOptions): Promise<Agent> {
  for (const queue of options.queues) requireQueueName(queue);
  const freight = openBlobs(blobs, options.cas);
  const server = await Server.open(url, lockMs);
  try {
    return await new Agent({ server, freight, ...options }).start();
  } catch (error) {
    await server.close();
    throw error;
  }
}

/** Who works at the queues, for whom, and how much waits. @throws as {@link openQueuePool} */
export async function queueOverview(url: string | undefined): Promise<Overview> {
  const server = await Server.open(url);
  try {
    return await overviewOf(server);
  } finally {
    await server.close();
  }
}
