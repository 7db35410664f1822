/** The interface of a built-in codec. Those of flows have another one: `definition/codec.ts`. */
import type { Walked } from '../digest';

export interface BuiltInCodec {
  /** Recorded with every artifact; never changes its meaning. */
  readonly id: string;
  /** Recorded too: a codec decodes what any earlier version of it wrote. */
  readonly version: number;
  /** Whether this codec is for this value. `walked` is undefined where a walk is not needed ({@link digest} is there). */
  match(value: unknown, walked: Walked | undefined): boolean;
  encode(value: unknown, walked: Walked | undefined): Uint8Array;
  /** @param type what {@link typeOf} said of the value. */
  decode(bytes: Uint8Array, type: string): unknown;
  /** The digest out of the bytes' sha256, for codecs whose bytes are canonical: saves the walk. */
  digest?(hash: string, value: unknown): string;
}
