/** Values that codecs decode with time: what a task reads of one is a handle. It can be returned again, undecoded. */
import { inspect, types } from 'node:util';
import type { Later, LaterCodec } from '../../definition/codec';
import { FlowError } from '../../definition/errors';
import { messageOf } from '../../definition/thrown';

/** What is stored of one. */
export interface Stored {
  readonly codec: string;
  /** That of the codec when it wrote the bytes. */
  readonly version: number;
  readonly type: string;
  /** What tells it from others, where its codec has a digest: as {@link codecDigest} gives it. */
  readonly digest: string | undefined;
  bytes(): Uint8Array;
}

/** Marks every handle, also of another copy of this package. */
const LATER = Symbol.for('@nx-flow/core:later');

class Handle<T> implements Later<T> {
  readonly #stored: Stored;
  readonly #decode: () => Promise<T>;
  #value: Promise<T> | undefined;

  constructor(stored: Stored, decode: () => Promise<T>) {
    this.#stored = stored;
    this.#decode = decode;
  }

  get [LATER](): Stored {
    return this.#stored;
  }
  get type(): string {
    return this.#stored.type;
  }
  value(): Promise<T> {
    this.#value ??= this.#decode();
    return this.#value;
  }
  toJSON(): object {
    return { type: this.type };
  }
  [inspect.custom](): string {
    return `Later(${this.type})`;
  }
}

export function laterBy<T>(codec: LaterCodec<T>, stored: Stored): Later<T> {
  return new Handle(stored, async () => {
    const bytes = stored.bytes();
    try {
      return await codec.decodeAsync(bytes, stored.version);
    } catch (cause) {
      const message = `decodeAsync() of the codec "${codec.id}" threw: ${messageOf(cause)}`;
      throw new FlowError('FLOW_ARTIFACT_UNREADABLE', message, { exit: 1, cause });
    }
  });
}

export function isLater(value: unknown): value is Later<unknown> {
  return typeof value === 'object' && value !== null && LATER in value && !types.isProxy(value);
}

/** What a handle stands for, as it is stored. */
export function storedOf(value: Later<unknown>): Stored {
  return (value as unknown as { [LATER]: Stored })[LATER];
}

/** The first handle inside of a value. It looks at what is decoded, which has no getters. */
export function laterIn(value: unknown, seen = new Set<unknown>()): Later<unknown> | undefined {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || seen.has(value))
    return undefined;
  if (isLater(value)) return value;
  seen.add(value);
  const inside = types.isMap(value)
    ? [...value].flat()
    : types.isSet(value)
      ? [...value]
      : Object.values(value);
  for (const item of inside) {
    const found = laterIn(item, seen);
    if (found) return found;
  }
  return undefined;
}

/** @param what stands where it may not: `The switch "size" decides on "model"` */
export function laterError(what: string, value: Later<unknown>): FlowError {
  const { codec } = storedOf(value);
  const message = `${what}, which the codec "${codec}" decodes with time (decodeAsync): decide and split by plain data, and return it as an artifact of its own.`;
  return new FlowError('FLOW_CODEC_ASYNC', message, { exit: 1 });
}
