/** Opens a connection to Redis, or to what speaks as it does. */
import { Redis } from 'ioredis';
import { queueError } from './errors';
import type { Address } from './url';
import { within } from './within';

/** How soon it is tried again to reach the server. Milliseconds. */
const SOONEST_MS = 100;
const LATEST_MS = 2000;

/** How long the first answer may take. Milliseconds. */
export const ANSWER_MS = 5000;

/** @throws FlowError FLOW_QUEUE_AWAY, FLOW_QUEUE_REFUSED */
export async function openRedis({ url, shown }: Address): Promise<Redis> {
  const redis = new Redis(url, {
    lazyConnect: true,
    // What is asked while the server is away waits for it.
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(LATEST_MS, SOONEST_MS * times),
    connectTimeout: ANSWER_MS,
    disconnectTimeout: LATEST_MS / 20,
  });
  let last: unknown;
  redis.on('error', (error) => {
    last = error;
  });
  try {
    await within(ANSWER_MS, async () => {
      await redis.connect();
      const database = Number(new URL(url).pathname.slice(1));
      // By itself it goes on with the first one where there is none of this number.
      await (database > 0 ? redis.select(database) : redis.ping());
    });
    // Copies of this connection that are made while the server is away wait for it.
    redis.options.lazyConnect = false;
    return redis;
  } catch (error) {
    redis.disconnect();
    throw queueError(shown, last ?? error);
  }
}
