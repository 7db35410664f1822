/** What `encode` of a flow's codec gave: bytes, at once or later, whole or in pieces. */
import { types } from 'node:util';
import type { Codec } from '../definition/codec';
import { messageOf } from '../definition/thrown';
import { typeOf } from './type-of';

/** What became of one value, or what went wrong, as the end of a sentence about its codec. */
export interface EncodedBytes {
  bytes: Uint8Array;
  /** What tells it from others, where the codec says so. */
  digest: string | undefined;
}

/** @param wrong makes the error of what went wrong: `encode() threw: no` */
export type Wrong = (what: string, cause?: unknown) => Error;

/**
 * Asks a codec, at once: a value may change later.
 * @throws what `wrong` makes
 */
export function encodeBy(
  codec: Codec<unknown>,
  value: unknown,
  wrong: Wrong,
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
  return collected(given, wrong).then((bytes) => ({ bytes, digest }));
}

type Later = PromiseLike<unknown> | AsyncIterable<unknown>;

const isLater = (given: unknown): given is Later =>
  typeof given === 'object' && given !== null && ('then' in given || Symbol.asyncIterator in given);

async function collected(later: Later, wrong: Wrong): Promise<Uint8Array> {
  let given: unknown;
  const pieces: Uint8Array[] = [];
  try {
    given = await later;
    if (!types.isUint8Array(given) && isLater(given))
      for await (const piece of given as AsyncIterable<unknown>) {
        if (!types.isUint8Array(piece))
          return Promise.reject(wrong(`encode() gave pieces that are ${typeOf(piece)}, not Uint8Arrays`));
        // It may use the same memory for the next one.
        pieces.push(new Uint8Array(piece));
      }
  } catch (cause) {
    throw wrong(`encode() threw: ${messageOf(cause)}`, cause);
  }
  if (types.isUint8Array(given)) return given;
  if (!isLater(given)) throw wrong(`encode() gave ${typeOf(given)}, not a Uint8Array`);
  return Buffer.concat(pieces);
}
