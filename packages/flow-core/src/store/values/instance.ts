/**
 * Instances inside of a value that codecs of the flow store. Where the value is read, a stand-in takes the place of each; the
 * walk has it encoded, at the same moment.
 */
import { types } from 'node:util';
import { type AnyCodec, isInstanceCodec, isLaterCodec, isStandardId } from '../../definition/codec';
import { messageOf } from '../../definition/thrown';
import { isPlain } from './builtin-class';
import { standardCodec } from './codecs/standard';
import { codecDigest, type EncodedBytes, encodeBy } from './encoded';
import { isLater, storedOf } from './later';
import { typeOf } from './type-of';

/** Stands for an instance. What is stored of it are its properties. */
export class Instance {
  readonly codec: string;
  readonly version: number;
  /** What its codec takes out of it; absent of one that gives bytes. */
  taken?: unknown;
  /** What its codec made of it. */
  bytes?: Uint8Array;
  /** What tells it from others, where it comes back as a handle that cannot be asked: as {@link codecDigest} gives it. */
  digest?: string;
  /** A property that it has beside what every instance of the class has, and that its codec does not see. */
  readonly extra: string | undefined;
  /** The name of its class. */
  readonly #type: string;
  /** It can refer to itself: it is there before what it holds. */
  readonly #filled: boolean;
  #text: string | undefined;
  #failed: { what: string; cause?: unknown } | undefined;

  constructor(value: object, codec: AnyCodec) {
    this.codec = codec.id;
    this.version = codec.version;
    this.extra = this.isStandard ? Object.keys(value)[0] : undefined;
    this.#type = typeOf(value);
    this.#filled = isInstanceCodec(codec) && codec.empty !== undefined;
  }

  get type(): string {
    return this.#type;
  }

  /** It is made out of what was taken: it is not there before that. */
  get isMade(): boolean {
    return !this.#filled && typeof this.taken === 'object' && this.taken !== null;
  }

  /** Every flow can read it. */
  get isStandard(): boolean {
    return isStandardId(this.codec);
  }

  /**
   * Has the instance encoded, now. What goes wrong is kept for whoever knows its path.
   * @param copy reads what a codec takes out of it
   * @returns what is still to come
   */
  encode(value: object, codec: AnyCodec, copy: (taken: unknown) => unknown): Promise<void> | undefined {
    if (isInstanceCodec(codec)) {
      let taken: unknown;
      try {
        taken = codec.take(value);
      } catch (cause) {
        const what = codec.empty
          ? `properties are not all: ${messageOf(cause)}`
          : `encode() threw: ${messageOf(cause)}`;
        this.#failed = { what, cause };
        return undefined;
      }
      this.taken = copy(taken);
      return undefined;
    }
    if (isLater(value)) {
      const { bytes, digest } = storedOf(value);
      this.bytes = bytes();
      if (digest !== undefined) this.digest = digest;
      return undefined;
    }
    const keep = ({ bytes, digest }: EncodedBytes) => {
      this.bytes = new Uint8Array(bytes);
      if (digest !== undefined && isLaterCodec(codec)) this.digest = codecDigest(codec.id, { text: digest });
      else this.#text = digest;
    };
    const fail = (error: unknown) => {
      if (!(error instanceof Failed)) throw error;
      this.#failed = error;
    };
    try {
      const given = encodeBy(codec, value, (what, cause) => new Failed(what, cause));
      if (types.isPromise(given)) return given.then(keep).catch(fail);
      keep(given);
    } catch (error) {
      fail(error);
    }
    return undefined;
  }

  /**
   * What tells it from others, as text or as its bytes. Empty where what was taken does.
   * @param refuse ends the reading: what is wrong with it, as the end of a sentence
   */
  identity(refuse: (why: string, cause?: unknown) => never): string | Uint8Array {
    if (this.#failed)
      return refuse(`has the codec "${this.codec}", whose ${this.#failed.what}`, this.#failed.cause);
    return this.digest ?? this.#text ?? this.bytes ?? '';
  }
}

class Failed extends Error {
  constructor(
    readonly what: string,
    cause: unknown,
  ) {
    super(what, { cause });
  }
}

/** @throws what the `match` of a codec throws */
export type CodecFor = (value: object) => AnyCodec | undefined;

/** Those of the flow come before those that every flow has. */
export function codecFor(codecs: readonly AnyCodec[] | undefined): CodecFor {
  if (codecs === undefined || codecs.length === 0) return everyFlows;
  return (value) =>
    handled(value) ?? codecs.find((codec) => codec.match(value) === true) ?? standardCodec(value);
}

const everyFlows: CodecFor = (value) => handled(value) ?? standardCodec(value);

/** The codec of what a handle stands for: it is stored as it is. */
function handled(value: object): AnyCodec | undefined {
  if (!isLater(value)) return undefined;
  const { codec: id, version, bytes } = storedOf(value);
  return { id, version, match: isLater, encode: bytes, decodeAsync: () => value.value() };
}

/** Whether codecs are asked for it at all. Plain objects and plain lists have none: most of what is stored. */
export function mayHaveCodec(value: object): boolean {
  if (types.isProxy(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  return Array.isArray(value) ? !Array.isArray(prototype) : prototype !== null && !isPlain(prototype);
}
