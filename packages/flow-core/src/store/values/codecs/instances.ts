/** Makes instances out of what is stored of them, by the codecs of the flow. */
import { types } from 'node:util';
import { type AnyCodec, awaits, isInstanceCodec, isLaterCodec } from '../../../definition/codec';
import { FlowError } from '../../../definition/errors';
import { messageOf } from '../../../definition/thrown';
import { localize } from '../foreign-realm';
import { laterBy } from '../later';
import { standardById } from './standard';

/** What is stored of an instance: what its codec took out of it, or the bytes that it made of it. */
export interface StoredInstance {
  /** The id of its codec. */
  codec: string;
  /** That of the codec when it was stored. */
  version: number;
  taken?: unknown;
  bytes?: Uint8Array;
  /** What tells it from others, where only its codec could say it. */
  digest?: string;
}

export class InstanceMaker {
  readonly #codecs: readonly AnyCodec[];
  readonly #made = new Map<StoredInstance, unknown>();

  constructor(codecs: readonly AnyCodec[] = []) {
    this.#codecs = codecs;
  }

  /**
   * One instance of each that is stored.
   * @param restore what is stored, as what it stands for
   * @throws FlowError FLOW_CODEC_UNKNOWN, FLOW_ARTIFACT_UNREADABLE
   */
  make(stored: StoredInstance, restore: (stored: unknown) => unknown): unknown {
    if (this.#made.has(stored)) return this.#made.get(stored);
    const codec = this.#codecOf(stored);
    const keep = <T>(made: T): T => {
      this.#made.set(stored, made);
      return made;
    };
    const { bytes, version } = stored;
    if (!isInstanceCodec(codec)) {
      if (!bytes) throw isOfAnotherKind(codec);
      if (isLaterCodec(codec)) {
        const { codec: type, digest } = stored;
        return keep(laterBy(codec, { codec: type, version, type, digest, bytes: () => localize(bytes) }));
      }
      return keep(decodeBy(codec, () => codec.decode(localize(bytes), version)));
    }
    if (bytes) throw isOfAnotherKind(codec);
    if (!codec.empty) {
      const taken = localize(restore(stored.taken));
      return keep(decodeBy(codec, () => codec.make(taken)));
    }
    const made = keep(codec.empty()) as object;
    const taken = restore(stored.taken) as Record<string, unknown>;
    for (const key of Object.keys(taken))
      Object.defineProperty(made, key, {
        value: taken[key],
        enumerable: true,
        writable: true,
        configurable: true,
      });
    return made;
  }

  #codecOf({ codec: id, version }: StoredInstance): AnyCodec {
    const codec = this.#codecs.find((one) => one.id === id) ?? standardById(id);
    if (!codec) throw unknownCodec(id);
    if (codec.version < version) throw tooOld(id, version, codec.version, "the flow's code");
    return codec;
  }
}

/** @throws FlowError FLOW_ARTIFACT_UNREADABLE, and FLOW_CODEC_ASYNC where a promise is made: nothing waits for it */
export function decodeBy<T>(codec: AnyCodec, decode: () => T): T {
  let made: T;
  try {
    made = decode();
  } catch (cause) {
    throw unreadable(`decode() of the codec "${codec.id}" threw: ${messageOf(cause)}`, cause);
  }
  if (!types.isPromise(made)) return made;
  made.catch(() => undefined);
  throw new FlowError('FLOW_CODEC_ASYNC', awaits(codec), { exit: 1 });
}

export function unknownCodec(id: string): FlowError {
  const message = `The codec "${id}" is not known here: only the flow that registers it, flow('…', { codecs: […] }), can read the artifact.`;
  return new FlowError('FLOW_CODEC_UNKNOWN', message, { exit: 1 });
}

export function tooOld(id: string, stored: number, here: number, whose: string): FlowError {
  return unreadable(
    `Version ${stored} of the codec "${id}" stored this artifact, and here is version ${here}: newer versions of ${whose} read it.`,
  );
}

export function unreadable(message: string, cause?: unknown): FlowError {
  return new FlowError('FLOW_ARTIFACT_UNREADABLE', message, { exit: 1, cause });
}

export const isOfAnotherKind = ({ id }: AnyCodec) =>
  unreadable(
    `The codec "${id}" has become one of another kind, which cannot read what it stored: give the new one an id of its own.`,
  );
