/** What `encode` of a flow's codec gave: bytes, at once or later, whole or in pieces. */
import { createHash } from 'node:crypto';
import { types } from 'node:util';
import type { BytesCodec } from '../../definition/codec';
import { messageOf } from '../../definition/thrown';
import { typeOf } from './type-of';

/** What became of one value, or what went wrong, as the end of a sentence about its codec. */
export interface EncodedBytes {
  bytes: Uint8Array;
  /** What comes after these bytes, where they are more than were asked for. It can be read once. */
  rest?: AsyncIterable<Uint8Array>;
  /** What tells it from others, where the codec says so. */
  digest: string | undefined;
}

/** @param wrong makes the error of what went wrong: `encode() threw: no` */
export type Wrong = (what: string, cause?: unknown) => Error;

/**
 * Asks a codec, at once: a value may change later.
 * @param most how many bytes of a stream are waited for; those after them are the rest
 * @throws what `wrong` makes
 */
export function encodeBy(
  codec: BytesCodec,
  value: unknown,
  wrong: Wrong,
  most = Number.POSITIVE_INFINITY,
): EncodedBytes | Promise<EncodedBytes> {
  const ask = <T>(method: string, work: () => T): T => {
    try {
      return work();
    } catch (cause) {
      throw wrong(`${method}() threw: ${messageOf(cause)}`, cause);
    }
  };
  const given: unknown = ask('encode', () => codec.encode(value));
  const digest: unknown = ask('digest', () => codec.digest?.(value));
  if (digest !== undefined && typeof digest !== 'string')
    throw wrong(`digest() gave ${typeOf(digest)}, not a text`);
  if (types.isUint8Array(given)) return { bytes: given, digest };
  if (!isLater(given)) throw wrong(`encode() gave ${typeOf(given)}, not a Uint8Array`);
  return collected(given, wrong, most).then((collected) => ({ ...collected, digest }));
}

/**
 * The digest of a value that a codec of a flow stores whole. Equal bytes of two codecs are two values, and no built-in codec's
 * digest is the same.
 * @param by what tells it from the codec's other values: the text that the codec gives, or the hash of its bytes
 */
export function codecDigest(id: string, by: { text: string } | { bytes: string }): string {
  return createHash('sha256')
    .update(JSON.stringify(['codec', id, by]))
    .digest('hex');
}

type Later = PromiseLike<unknown> | AsyncIterable<unknown>;

const isLater = (given: unknown): given is Later =>
  typeof given === 'object' && given !== null && ('then' in given || Symbol.asyncIterator in given);

async function collected(
  later: Later,
  wrong: Wrong,
  most: number,
): Promise<Pick<EncodedBytes, 'bytes' | 'rest'>> {
  const given = await heard(async () => (await later) as unknown, wrong);
  if (types.isUint8Array(given)) return { bytes: given };
  if (!isLater(given)) throw wrong(`encode() gave ${typeOf(given)}, not a Uint8Array`);
  const pieces = piecesOf(given as AsyncIterable<unknown>, wrong);
  const first: Uint8Array[] = [];
  for (let size = 0; ; ) {
    const { done, value } = await pieces.next();
    if (done) return { bytes: Buffer.concat(first) };
    size += value.length;
    if (size > most) return { bytes: Buffer.concat(first), rest: startingWith(value, pieces) };
    // It may use the same memory for the next one.
    first.push(new Uint8Array(value));
  }
}

/** A piece, and then others. Whoever wants no more ends the others, also before they have begun: a generator would not. */
export function startingWith(
  piece: Uint8Array,
  others: AsyncIterable<Uint8Array> = nothing(),
): AsyncIterableIterator<Uint8Array> {
  const iterator = others[Symbol.asyncIterator]();
  let first: Uint8Array | undefined = piece;
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      const value = first;
      first = undefined;
      return value ? { done: false, value } : iterator.next();
    },
    async return() {
      await iterator.return?.();
      return { done: true, value: undefined };
    },
  };
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** What a stream gives, where it gives bytes. */
async function* piecesOf(
  stream: AsyncIterable<unknown>,
  wrong: Wrong,
): AsyncGenerator<Uint8Array, undefined> {
  const iterator = await heard(async () => stream[Symbol.asyncIterator](), wrong);
  let isOpen = false;
  try {
    for (;;) {
      const { done, value } = await heard(async () => iterator.next(), wrong);
      isOpen = !done;
      if (done) return undefined;
      if (!types.isUint8Array(value))
        throw wrong(`encode() gave pieces that are ${typeOf(value)}, not Uint8Arrays`);
      yield value;
      isOpen = false;
    }
  } finally {
    // Nobody wants the rest: it may hold a file or a connection.
    if (isOpen) await (async () => iterator.return?.())().catch(() => undefined);
  }
}

async function heard<T>(work: () => Promise<T>, wrong: Wrong): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw wrong(`encode() threw: ${messageOf(cause)}`, cause);
  }
}
