/** What goes wrong with the server of a queue, in one sentence. What the server says may hold the password, and is not shown. */
import { FlowError } from '@nx-flow/core/queue';

/** Of Redis and of PostgreSQL. */
const REFUSED = /^(WRONGPASS|NOAUTH|NOPERM|ERR (AUTH|invalid password|Client sent AUTH))/;
const REFUSED_CODES = new Set(['28000', '28P01', '42501']);

export function queueError(shown: string, cause: unknown): FlowError {
  if (cause instanceof FlowError) return cause;
  const {
    code = '',
    message = '',
    name = '',
  } = (cause ?? {}) as { code?: string; message?: string; name?: string };
  if (REFUSED.test(message) || REFUSED_CODES.has(code)) {
    const text = `The queue ${shown} refuses who asks: user and password are part of its URL, in NX_FLOW_QUEUE.`;
    return new FlowError('FLOW_QUEUE_REFUSED', text);
  }
  if (name === 'SchemaMigrationRequiredError')
    return new FlowError(
      'FLOW_QUEUE_MIGRATE',
      `The database of ${shown} has no tables for a queue yet, or older ones: nx-flow queue --migrate makes them.`,
    );
  if (name === 'SchemaVersionMismatchError' || name === 'UnsupportedPostgresVersionError')
    return new FlowError('FLOW_QUEUE_VERSION', `The queue ${shown} cannot be used: ${message}`);
  if (code === '3D000')
    return new FlowError('FLOW_QUEUE_AWAY', `The server of ${shown} has no such database: create it first.`);
  const how = code ? ` (${code})` : '';
  return new FlowError(
    'FLOW_QUEUE_AWAY',
    `The queue ${shown} does not answer${how}: is its server started, and reachable from here?`,
  );
}
