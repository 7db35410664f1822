/** What goes wrong with the server of a queue, in one sentence. What the server says may hold the password, and is not shown. */
import { FlowError } from '@nx-flow/core/queue';

/** Of Redis and of PostgreSQL. */
const REFUSED = /^(WRONGPASS|NOAUTH|NOPERM|ERR (AUTH|invalid password|Client sent AUTH))/;
const REFUSED_CODES = new Set(['28000', '28P01', '42501']);

/** What Node says of certificates that nobody here vouches for. */
const UNTRUSTED = /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|CERT_\w+)$/;

interface Cause {
  code?: string;
  message?: string;
  name?: string;
  syscall?: string;
  path?: string;
}

export function queueError(shown: string, cause: unknown): FlowError {
  if (cause instanceof FlowError) return cause;
  const { code = '', message = '', name = '', syscall, path } = (cause ?? {}) as Cause;
  const isRedis = shown.startsWith('redis');
  const tls = tlsError(shown, code, message);
  if (tls) return new FlowError('FLOW_QUEUE_TLS', tls);
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
  if (/^ERR (DB index|invalid DB)/.test(message))
    return new FlowError(
      'FLOW_QUEUE_AWAY',
      `The server of ${shown} has no such database: its setting databases says how many there are.`,
    );
  if (syscall === 'open')
    return new FlowError(
      'FLOW_QUEUE_URL',
      `The address of the queue names ${path}, which cannot be read (${code}).`,
    );
  const how = code ? ` (${code})` : '';
  // A server that expects the other kind of connection ends it, or waits for more.
  const isSecure = shown.startsWith('rediss:');
  const may = isSecure ? code === 'ETIMEDOUT' : isRedis && code === 'ECONNRESET';
  const other = may ? ` It may be one ${isSecure ? 'without TLS, redis://' : 'with TLS, rediss://'}.` : '';
  return new FlowError(
    'FLOW_QUEUE_AWAY',
    `The queue ${shown} does not answer${how}: is its server started, and reachable from here?${other}`,
  );
}

function tlsError(shown: string, code: string, message: string): string | undefined {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `The certificate of ${shown} is for another name: the address has to have one that is in it.`;
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID')
    return `The certificate of ${shown} is not valid now (${code}): renew it, or set the clock of this machine right.`;
  if (UNTRUSTED.test(code))
    return `The certificate of ${shown} is not trusted here (${code}): NODE_EXTRA_CA_CERTS names a file with the certificate of who signed it.`;
  if (/CERTIFICATE_REQUIRED$/.test(code))
    return `The server of ${shown} asks who connects for a certificate: postgres:// takes sslcert and sslkey, and rediss:// none.`;
  if (/WRONG_VERSION_NUMBER$/.test(code) || /does not support SSL/.test(message))
    return `The server of ${shown} has no TLS: leave it out of the address.`;
  if (code === '28000' && /no encryption/.test(message))
    return `The server of ${shown} asks for TLS: give its address with ?sslmode=verify-full.`;
  return undefined;
}
