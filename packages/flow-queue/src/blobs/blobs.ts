/** A place for large values that a run and its workers share: a folder, or a prefix of a bucket. Each is named by the sha256 of its bytes. */
import { type FileCas, FlowError } from '@nx-flow/core/queue';

export interface Blob {
  hash: string;
  size: number;
  /** When it was written, by the clock of the place. Milliseconds since 1970. */
  at: number;
}

export interface Blobs {
  /** The place, without keys: for people. */
  readonly url: string;
  /** How many bytes a value has there; undefined where it is not. @throws FlowError FLOW_BLOBS_AWAY and its like */
  size(hash: string): Promise<number | undefined>;
  /** Whether it is there whole, and counts as new from now on: nobody removes it before a record names it. @throws as {@link size} */
  renew(hash: string, size: number): Promise<boolean>;
  /** Writes the bytes of a file, which nobody sees before they are whole. @throws FlowError FLOW_BLOBS_AWAY and its like */
  put(hash: string, file: string): Promise<void>;
  /** Writes the bytes into the folder of large values here, verified. @throws FlowError FLOW_BLOB_LOST, FLOW_BLOBS_AWAY, FLOW_STORE_FULL */
  get(hash: string, into: FileCas): Promise<void>;
  list(): AsyncIterable<Blob>;
  /** As {@link Blob.at}; undefined where it is not. */
  at(hash: string): Promise<number | undefined>;
  remove(hash: string): Promise<void>;
  /** Which store the place belongs to; undefined where that was never said. */
  owner(): Promise<string | undefined>;
  /** Says which, where nobody has said it before. */
  own(store: string): Promise<void>;
}

/** One that is not older is new enough; `gc` removes none of a day. Milliseconds. */
export const FRESH_MS = 6 * 60 * 60 * 1000;

/** Beside the values: which store the place belongs to. */
export const MARKER = 'nx-flow.json';

const SHA256 = /^[0-9a-f]{64}$/;

/** Where a value lies in a place. A name that leads out of it is none. @throws FlowError FLOW_BLOB_LOST */
export function nameOf(hash: string): string {
  if (SHA256.test(hash)) return `${hash.slice(0, 2)}/${hash}`;
  throw lost(`A record names bytes by ${JSON.stringify(String(hash).slice(0, 80))}, which is no sha256`);
}

/** @returns undefined for what is no value */
export function hashOf(name: string): string | undefined {
  const hash = name.slice(name.lastIndexOf('/') + 1);
  return SHA256.test(hash) && name.endsWith(nameOf(hash)) ? hash : undefined;
}

/** The text of {@link MARKER}. */
export const markerOf = (store: string) => `${JSON.stringify({ version: 1, store })}\n`;

/** @throws FlowError FLOW_BLOBS_STORE for a text that says nothing */
export function ownerIn(text: string, url: string): string {
  try {
    const { store } = JSON.parse(text);
    if (typeof store === 'string' && store !== '') return store;
  } catch {
    // It is told below.
  }
  const message = `${MARKER} in ${url} says no store. Remove it when the values there are yours, or name another place by NX_FLOW_BLOBS.`;
  throw new FlowError('FLOW_BLOBS_STORE', message, { exit: 1 });
}

/** @param what without a full stop */
export function lost(what: string): FlowError {
  return new FlowError('FLOW_BLOB_LOST', `${what}: execute the step that returned it again.`, { exit: 1 });
}
