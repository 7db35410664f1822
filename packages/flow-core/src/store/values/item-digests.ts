/** Digests of a list's items as one text: a list may have 100,000. Equal items have equal digests anywhere. */
import type { AnyCodec } from '../../definition/codec';
import { readOnce } from './reading';

/** How many bytes of each digest are kept: enough that unequal items never collide. */
const BYTES = 16;

/** @throws FlowError FLOW_CODEC_ASYNC, and FLOW_ARTIFACT_UNSTORABLE for an item that no codec could store */
export function packItemDigests(list: ArrayLike<unknown>, codecs?: readonly AnyCodec[]): string {
  const packed = Buffer.allocUnsafe(list.length * BYTES);
  for (let i = 0; i < list.length; i++) packed.write(shortDigest(list[i], codecs), i * BYTES, 'hex');
  return packed.toString('base64');
}

/** The digest of one item, 32 characters of hex. Undefined when the list is shorter. */
export function itemDigest(packed: string, index: number): string | undefined {
  return unpackItems(packed)(index);
}

/** {@link itemDigest} of one list for many of its items. */
export function unpackItems(packed: string): (index: number) => string | undefined {
  const bytes = Buffer.from(packed, 'base64');
  return (index) => {
    const end = (index + 1) * BYTES;
    return end <= bytes.length ? bytes.toString('hex', index * BYTES, end) : undefined;
  };
}

/** The digest of a single value, in the form of {@link itemDigest}. */
export function shortDigest(item: unknown, codecs?: readonly AnyCodec[]): string {
  return readOnce(item, 'item', codecs).walked.digest.slice(0, 2 * BYTES);
}
