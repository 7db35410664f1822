/**
 * Instances inside of a value that codecs of the flow store. Where the value is read, a stand-in takes the place of each; the
 * walk has it encoded, at the same moment.
 */
import { types } from 'node:util';
import { type AnyCodec, isInstanceCodec, isStandardId } from '../definition/codec';
import { messageOf } from '../definition/thrown';
import { isPlain } from './builtin-class';
import { standardCodec } from './codecs/standard';
import { typeOf } from './type-of';

/** Stands for an instance. What is stored of it are its properties. */
export class Instance {
  readonly codec: string;
  readonly version: number;
  /** What its codec takes out of it; absent of one that gives bytes. */
  taken?: unknown;
  /** What its codec made of it. */
  bytes?: Uint8Array;
  readonly #codec: AnyCodec;
  readonly #value: object;
  #digest: string | undefined;
  #failed: { cause: unknown } | undefined;

  constructor(value: object, codec: AnyCodec) {
    this.codec = codec.id;
    this.version = codec.version;
    this.#codec = codec;
    this.#value = value;
  }

  /** The name of its class. */
  get type(): string {
    return typeOf(this.#value);
  }

  /** Every flow can read it. */
  get isStandard(): boolean {
    return isStandardId(this.codec);
  }

  /** It can refer to itself: it is there before what it holds. */
  get isFilled(): boolean {
    return isInstanceCodec(this.#codec) && this.#codec.empty !== undefined;
  }

  /** Takes out of it what is stored, where its codec gives data. @param read what is to become of that */
  take(read: (taken: unknown) => unknown): void {
    const codec = this.#codec;
    if (!isInstanceCodec(codec)) return;
    let taken: unknown;
    try {
      taken = codec.take(this.#value);
    } catch (cause) {
      this.#failed = { cause };
      return;
    }
    this.taken = read(taken);
  }

  /**
   * Has it encoded, once. Returns what tells it from others, as text or as its bytes.
   * @param refuse ends the reading: what is wrong with it, as the end of a sentence
   */
  identity(refuse: (why: string, cause?: unknown) => never): string | Uint8Array {
    const codec = this.#codec;
    const wrong = (what: string, cause?: unknown) =>
      refuse(`has the codec "${codec.id}", whose ${what}`, cause);
    const threw = (method: string, cause: unknown) => wrong(`${method}() threw: ${messageOf(cause)}`, cause);
    if (this.#failed) return threw('take', this.#failed.cause);
    if (isInstanceCodec(codec)) return '';
    const ask = (method: 'encode' | 'digest'): unknown => {
      try {
        return codec[method]?.(this.#value);
      } catch (cause) {
        return threw(method, cause);
      }
    };
    if (!this.bytes) {
      const given = ask('encode');
      if (!types.isUint8Array(given)) return wrong(`encode() gave ${typeOf(given)}, not a Uint8Array`);
      const text = ask('digest');
      if (text !== undefined && typeof text !== 'string')
        return wrong(`digest() gave ${typeOf(text)}, not a text`);
      this.bytes = new Uint8Array(given);
      this.#digest = text;
    }
    return this.#digest ?? this.bytes;
  }
}

/** @throws what the `match` of a codec throws */
export type CodecFor = (value: object) => AnyCodec | undefined;

/** Those of the flow come before those that every flow has. */
export function codecFor(codecs: readonly AnyCodec[] | undefined): CodecFor {
  if (codecs === undefined || codecs.length === 0) return standardCodec;
  return (value) => codecs.find((codec) => codec.match(value) === true) ?? standardCodec(value);
}

/** Whether codecs are asked for it at all. Plain objects and plain lists have none: most of what is stored. */
export function mayHaveCodec(value: object): boolean {
  if (types.isProxy(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  return Array.isArray(value) ? !Array.isArray(prototype) : prototype !== null && !isPlain(prototype);
}
