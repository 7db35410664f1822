/** The address of the server, and how it is shown: without what proves who asks. */
import { FlowError } from '@nx-flow/core/queue';

export type Kind = 'redis' | 'postgres';

const KINDS: Record<string, Kind> = {
  'redis:': 'redis',
  'rediss:': 'redis',
  'postgres:': 'postgres',
  'postgresql:': 'postgres',
};

export interface Address {
  kind: Kind;
  url: string;
  /** For people. */
  shown: string;
}

/** @throws FlowError FLOW_QUEUE_URL */
export function parseAddress(url: string | undefined): Address {
  if (!url)
    throw new FlowError(
      'FLOW_QUEUE_URL',
      'No queue is given: set NX_FLOW_QUEUE to redis://host:6379 or postgres://user@host/database, or give --queue.',
    );
  const scheme = /^([a-z][a-z0-9+.-]*:)\/\//i.exec(url)?.[1]?.toLowerCase();
  const kind = scheme === undefined ? undefined : KINDS[scheme];
  if (!kind || !URL.canParse(url)) {
    const what =
      scheme === undefined || kind ? 'The address of the queue is no URL' : `"${scheme}//" is no queue`;
    throw new FlowError(
      'FLOW_QUEUE_URL',
      `${what}: it begins with redis://, rediss:// (with TLS), or postgres://, such as redis://host:6379.`,
    );
  }
  if (isCut(url))
    throw new FlowError(
      'FLOW_QUEUE_URL',
      'The address of the queue has a user or password with a sign that ends it: write / as %2F, # as %23, ? as %3F and @ as %40 there.',
    );
  const shown = shownUrl(url);
  const { pathname } = new URL(url);
  if (kind === 'redis' && !/^\/?\d{0,9}$/.test(pathname))
    throw new FlowError(
      'FLOW_QUEUE_URL',
      `${shown} names no database of Redis, which have numbers: such as redis://host:6379/2, or nothing after the port.`,
    );
  return { kind, url, shown };
}

/** An address that is given. @throws FlowError FLOW_QUEUE_URL */
export function requireQueueUrl(url: string): string {
  return parseAddress(url).url;
}

/** A password with a slash in it is read as a host and a path: both are a part of it. */
function isCut(url: string): boolean {
  const { pathname, search, hash } = new URL(url);
  return `${pathname}${search}${hash}`.includes('@');
}

/** Without user, password and options: each may be a secret. */
export function shownUrl(url: string): string {
  try {
    if (isCut(url)) return 'the queue';
    const { protocol, host, pathname } = new URL(url);
    return `${protocol}//${host}${pathname === '/' ? '' : pathname}`;
  } catch {
    return 'the queue';
  }
}
