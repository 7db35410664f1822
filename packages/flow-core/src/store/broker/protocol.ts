/** The messages between a broker and its clients, and their framing. */
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { privateFolder, requirePrivate } from '../../environment/private-folder';
import type { BatchOptions, Entry, Op, RangeQuery } from '../kv/kv';
import { DIGEST_VERSION, STORE_FORMAT } from '../level/stamp';

export type Request = { id: number } & (
  | { op: 'get'; key: string }
  | { op: 'getMany'; keys: readonly string[]; atOnce?: boolean }
  | { op: 'range'; query: RangeQuery }
  | { op: 'inspect'; query: RangeQuery }
  | { op: 'batch'; ops: readonly Op[]; options: BatchOptions }
  | { op: 'claim'; counterKey: string; nonceKey: string }
  | { op: 'generation' }
  | { op: 'hold'; name: string }
  | { op: 'states'; names: readonly string[] }
  | { op: 'take'; name: string; surely: boolean }
  // With the id 0, it has no answer.
  | { op: 'pin'; names: readonly string[]; letGo: readonly string[] }
  | { op: 'compact'; gte: string; lt: string }
  | { op: 'subscribe' }
  // It has no answer.
  | { op: 'publish'; event: unknown }
);

/** A request before it has its number. */
export type Unsent = Request extends infer R ? (R extends Request ? Omit<R, 'id'> : never) : never;

/** A message that the broker pushes: its greeting, what keeps it busy, an event, or whether there are listeners. */
export type Push = { id: 0 } & (
  | { hello: Hello }
  | { busy: string }
  | { event: unknown; dropped: number }
  | { heard: boolean }
);
/** The first message on a connection. What listens there and does not say it is no broker. */
export interface Hello {
  messages: number;
  pid: number;
  /** Names the database that it has open: a client stays with it. */
  database?: string;
  /** What every client's person should know: the store was damaged. */
  warning?: string;
  /** Why the store can only be read for now. */
  onlyReading?: string;
}
export type Reply = { id: number } & ({ ok: unknown } | { error: { message: string; code?: string } });
export type { Entry };
/** The last line that a broker writes to stdout. Each before says what it does: `is looking at its tables: 12 of 300`. */
export const LISTENING = 'listening';

/** Written to stderr, as one line of JSON, by a broker that cannot serve, for the client that started it. */
export interface Complaint {
  message: string;
  code?: string;
}

/**
 * Two processes can talk when they agree on the messages, on v8's wire format and on the meaning of the store's
 * rows. All are part of the socket's name. A client that differs starts its own broker, which refuses a newer
 * store and otherwise waits for the lock until the other broker is idle and gone.
 */
export const MESSAGES = 7;
const WIRE = serialize(0)[1] ?? 0;

/** Unix silently cuts socket paths at 108 bytes. A longer path becomes a hashed name in a private folder. */
const LONGEST = 100;

/** @param store its real path, so that all clients of the store get the same name */
export function socketPath(store: string): string {
  if (process.platform === 'win32') return `\\\\.\\pipe\\nx-flow-${hashed(store)}`;
  const direct = join(store, `${NAME}.sock`);
  return fits(direct) ? direct : (socketElsewhere(store) as string);
}

/** Where a broker listens whose store takes no socket. Undefined on Windows, where sockets are no files. */
export function socketElsewhere(store: string): string | undefined {
  if (process.platform === 'win32') return undefined;
  const name = `${hashed(store)}.sock`;
  const path = join(privateFolder(tmpdir()), name);
  return fits(path) ? path : join(privateFolder('/tmp'), name);
}

const NAME = `broker-${MESSAGES}-${WIRE}-${STORE_FORMAT}-${DIGEST_VERSION}`;
const hashed = (store: string) => createHash('sha256').update(`${store}/${NAME}`).digest('hex').slice(0, 24);

const fits = (path: string) => Buffer.byteLength(path) <= LONGEST;

/** Creates the socket's folder. @throws for a shared folder that another user made or can enter */
export function requireSocketFolder(path: string, store: string): void {
  const folder = dirname(path);
  if (process.platform === 'win32' || folder === store) return;
  requirePrivate(folder);
}

/** Serializes a message, with its length in front. */
export function frame(message: Request | Reply | Push): Buffer {
  const body = serialize(message);
  const framed = Buffer.allocUnsafe(4 + body.length);
  framed.writeUInt32LE(body.length, 0);
  body.copy(framed, 4);
  return framed;
}

/** Bytes of the largest request. A broker does not gather more, whatever a frame says of its length. */
export const LARGEST = 64 * 1024 * 1024;

/** Cuts a stream of bytes into messages. */
export class Unframer<M> {
  /** Bytes of the largest message that is waited for. */
  largest: number;
  #chunks: Buffer[] = [];
  #length = 0;

  constructor(largest = Number.POSITIVE_INFINITY) {
    this.largest = largest;
  }

  push(chunk: Buffer): M[] {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    const messages: M[] = [];
    while (this.#length >= 4) {
      const head = this.#join(4);
      const size = head.readUInt32LE(0);
      if (size > this.largest) throw new RangeError(`A message of ${size} bytes.`);
      if (this.#length < 4 + size) break;
      const all = this.#join(4 + size);
      messages.push(deserialize(all.subarray(4, 4 + size)) as M);
      const rest = all.subarray(4 + size);
      this.#chunks = rest.length > 0 ? [rest] : [];
      this.#length = rest.length;
    }
    return messages;
  }

  /** Joins chunks until the first has `bytes`. Called when a message is complete, not at every arrival. */
  #join(bytes: number): Buffer {
    const first = this.#chunks[0] as Buffer;
    if (first.length >= bytes) return first;
    const joined = Buffer.concat(this.#chunks, this.#length);
    this.#chunks = [joined];
    return joined;
  }
}
