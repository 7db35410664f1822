/** Opens a connection to PostgreSQL, whose tables `nx-flow queue --migrate` has made. */
import { assertSchemaCompatibility, DEFAULT_SCHEMA, runMigrations } from 'bullmq';
import { Pool, type PoolClient } from 'pg';
import { queueError } from './errors';
import { ANSWER_MS } from './redis';
import { type Address, parseAddress } from './url';
import { within } from './within';

/** Each consumer holds one to listen; the others are shared. */
const MOST_CONNECTIONS = 10;

function newPool({ url }: Address): Pool {
  const pool = new Pool({
    connectionString: verified(url),
    max: MOST_CONNECTIONS,
    options: `-c search_path=${DEFAULT_SCHEMA}`,
    keepAlive: true,
    connectionTimeoutMillis: ANSWER_MS,
  });
  // Each queue adds one.
  pool.setMaxListeners(0).on('error', () => {});
  pool.on('connect', keepsQuiet);
  return pool;
}

/** What `pg` takes for the same as `verify-full` is called so: else it prints a warning of eight lines each time. */
function verified(url: string): string {
  return /[?&]uselibpqcompat=/.test(url)
    ? url
    : url.replace(/([?&]sslmode=)(?:prefer|require|verify-ca)(?=&|$)/, '$1verify-full');
}

/**
 * A connection that breaks while somebody has it ends the process where nobody listens: whoever has it hears of it by what he asked.
 * BullMQ takes all listeners from one that it gives back.
 */
function keepsQuiet(client: PoolClient): void {
  client.on('error', () => {});
  const removeAllListeners = client.removeAllListeners.bind(client);
  client.removeAllListeners = (...events) => {
    removeAllListeners(...events);
    return client.on('error', () => {});
  };
}

/** @throws FlowError FLOW_QUEUE_AWAY, FLOW_QUEUE_REFUSED, FLOW_QUEUE_MIGRATE, FLOW_QUEUE_VERSION */
export async function openPostgres(address: Address): Promise<Pool> {
  let pool: Pool | undefined;
  try {
    const made = newPool(address);
    pool = made;
    await within(ANSWER_MS, () => assertSchemaCompatibility(made));
    return made;
  } catch (error) {
    void pool?.end().catch(() => {});
    throw queueError(address.shown, error);
  }
}

/** Makes the tables of the queue, or brings them up to date. On Redis there is nothing to do. @throws as {@link openPostgres} */
export async function migrateQueue(url: string | undefined): Promise<void> {
  const address = parseAddress(url);
  if (address.kind === 'redis') return;
  let pool: Pool | undefined;
  try {
    pool = newPool(address);
    const client = await pool.connect();
    try {
      await runMigrations(client);
    } finally {
      client.release();
    }
  } catch (error) {
    throw queueError(address.shown, error);
  } finally {
    await pool?.end().catch(() => {});
  }
}
