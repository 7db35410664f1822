/** The interface of a built-in codec. Those of flows have another one: `definition/codec.ts`. */
import type { AnyCodec, BuiltInId } from '../../../definition/codec';
import type { Walked } from '../digest';

/**
 * A file with an artifact in it, and how to read it: JSON, UTF-8 text, bytes as they are, `v8.deserialize` of all but
 * the first byte, or by the flow's codec of the name that follows.
 */
export interface FileForm {
  extension: string;
  format: 'json' | 'text' | 'bytes' | 'v8' | `codec:${string}`;
  /** What the codec of a flow says of it. */
  mediaType?: string;
}

export interface BuiltInCodec {
  /** Recorded with every artifact; never changes its meaning. */
  readonly id: BuiltInId;
  /** The newest that it reads, of those that are recorded too: a codec decodes what any earlier version of it wrote. */
  readonly version: number;
  /** The version that what it makes of a value needs: the earliest, so that an older nx-flow reads what it can. */
  needs?(walked: Walked | undefined): number;
  /** What a file of its bytes is. */
  readonly file: FileForm;
  /** Its bytes are made by it, and a decoded value keeps none of them. Else they are the value's own memory, which its owner may go on writing. */
  readonly copies: boolean;
  /** Whether this codec is for this value. `walked` is undefined where a walk is not needed ({@link digest} is there). */
  match(value: unknown, walked: Walked | undefined): boolean;
  encode(value: unknown, walked: Walked | undefined): Uint8Array;
  /** @param type what {@link typeOf} said of the value. @param codecs those of the flow */
  decode(bytes: Uint8Array, type: string, codecs?: readonly AnyCodec[]): unknown;
  /** The digest out of the bytes' sha256, for codecs whose bytes are canonical: saves the walk. */
  digest?(hash: string, value: unknown): string;
}
