/** Values to artifacts and back: chooses the codec, takes the digest, decides between LevelDB and the CAS. */
import { createHash } from 'node:crypto';
import { types } from 'node:util';
import { FlowError } from '../definition/errors';
import type { Cas } from './cas';
import type { Codec } from './codecs/codec';
import { json } from './codecs/json';
import { raw } from './codecs/raw';
import { v8 } from './codecs/v8';
import { walk } from './digest';
import { bytesClass } from './kinds';
import { localize } from './realm';
import type { ArtifactMeta, ArtifactRecord } from './rows';

/** Largest value that sits in LevelDB itself. Larger ones cost it memory and write amplification. */
export const INLINE_LIMIT = 32 * 1024;

const CODECS: readonly Codec[] = [raw, json, v8];

/** A value as bytes, with all that is known of it but where the bytes lie. */
export interface EncodedValue {
  meta: Omit<ArtifactMeta, 'digest'>;
  bytes: Uint8Array;
  /** JSON gives the very same value back. */
  plain: boolean;
  /** @param hash sha256 of the bytes, when it is known already. */
  digest(hash?: string): string;
}

/**
 * Chooses the codec and encodes.
 * @param name The artifact's name, for the error.
 * @throws FlowError FLOW_ARTIFACT_UNSTORABLE
 */
export function encodeValue(name: string, value: unknown): EncodedValue {
  const canonical = CODECS.find((codec) => codec.digest && codec.match(value, undefined));
  const walked = canonical ? undefined : walk(value, name);
  const codec = canonical ?? (CODECS.find((c) => c.match(value, walked)) as Codec);
  try {
    const bytes = codec.encode(value, walked);
    return {
      meta: { codec: codec.id, version: codec.version, type: typeOf(value), size: bytes.length },
      bytes,
      plain: walked?.plain ?? false,
      digest: (hash) => walked?.digest ?? (codec.digest as Digest)(hash ?? sha256(bytes), value),
    };
  } catch (cause) {
    const why = (cause as Error).message;
    throw new FlowError('FLOW_ARTIFACT_UNSTORABLE', `The artifact ${name} cannot be stored: ${why}`, {
      cause,
      exit: 1,
    });
  }
}
type Digest = NonNullable<Codec['digest']>;

/** Encodes one value and keeps its bytes: small ones in the record, large ones in the CAS. */
export async function encodeArtifact(name: string, value: unknown, cas: Cas): Promise<ArtifactRecord> {
  return keepEncoded(encodeValue(name, value), cas);
}

/** The same for a value that is encoded already. */
export async function keepEncoded({ meta, bytes, digest }: EncodedValue, cas: Cas): Promise<ArtifactRecord> {
  if (bytes.length <= INLINE_LIMIT) {
    // Raw bytes are the value's own memory, which its owner may go on writing.
    return { ...meta, digest: digest(), bytes: meta.codec === raw.id ? new Uint8Array(bytes) : bytes };
  }
  const hash = await cas.write(bytes);
  return { ...meta, digest: digest(hash), hash };
}

/** The value of an artifact: a copy of its own at every call. */
export function decodeArtifact(record: ArtifactRecord, cas: Cas): unknown {
  const codec = CODECS.find(({ id }) => id === record.codec);
  if (!codec || codec.version < record.version) {
    throw new FlowError(
      'FLOW_ARTIFACT_UNREADABLE',
      `No codec here reads ${record.codec} ${record.version}.`,
      { exit: 1 },
    );
  }
  // What is read from the CAS is nobody else's; the record's own bytes stay as they are, whatever becomes of the value.
  const bytes =
    record.hash === undefined ? new Uint8Array(record.bytes as Uint8Array) : cas.read(record.hash);
  return localize(codec.decode(bytes, record.type));
}

/** The length of a list by its type, as {@link typeOf} gives it; undefined for what is no list. */
export function listLength(type: string | undefined): number | undefined {
  const length = type?.match(/^Array\((\d+)\)$/)?.[1];
  return length === undefined ? undefined : Number(length);
}

/** For people: `Array(3)`, `Map(2)`, `string`, `Float64Array(10)`, `Object`. */
export function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value;
  if (Array.isArray(value)) return `Array(${value.length})`;
  if (ArrayBuffer.isView(value)) {
    return `${bytesClass(value)}(${(value as { length?: number }).length ?? value.byteLength})`;
  }
  if (types.isArrayBuffer(value)) return `ArrayBuffer(${value.byteLength})`;
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  if (tag === 'Map' || tag === 'Set') return `${tag}(${(value as Map<unknown, unknown>).size})`;
  return tag;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
