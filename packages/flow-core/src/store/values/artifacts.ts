/**
 * Values to artifacts and back: chooses the codec, takes the digest, decides between LevelDB and the CAS.
 * Long, because what one half writes, the other half reads.
 */
import { createHash } from 'node:crypto';
import { types } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import {
  type AnyCodec,
  type BytesCodec,
  isBuiltInId,
  isInstanceCodec,
  isLaterCodec,
  type Later,
  type Preview,
  previewBy,
} from '../../definition/codec';
import { FlowError, isFlowError } from '../../definition/errors';
import { messageOf } from '../../definition/thrown';
import type { Cas } from '../cas/cas';
import { type FileArtifact, isFile, type Look } from '../cas/file';
import type { ArtifactMeta, ArtifactRecord } from '../rows/rows';
import { CODECS } from './codecs';
import type { BuiltInCodec } from './codecs/built-in-codec';
import { decodeBy, isOfAnotherKind, tooOld, unknownCodec, unreadable } from './codecs/instances';
import { v8, WITH_OWN } from './codecs/v8';
import { decodedKey } from './decoded-key';
import { codecDigest, type EncodedBytes, encodeBy, startingWith } from './encoded';
import { decodeFile, FILE_CODEC, storeFile, unkeptFile } from './file-record';
import { localize } from './foreign-realm';
import { Instance } from './instance';
import { isLater, laterBy, storedOf } from './later';
import { itemsOf } from './lists';
import { now, type Reading, readLater } from './reading';
import type { SharedValues } from './shared-values';
import { listLength, typeOf } from './type-of';

/** Largest value that sits in LevelDB itself. Larger ones cost it memory and write amplification. */
export const INLINE_LIMIT = 32 * 1024;

/** Lists kept decoded: that of the foreach at hand, and those around it. */
const LISTS = 4;

/** Memory of a value's own up to this size is copied at once. Larger one is read piece by piece when it is written. */
export const COPY_LIMIT = 4 * 1024 * 1024;

/** Codecs of a flow, which come before the built-in ones. */
export type Codecs = readonly AnyCodec[] | undefined;

/** What the tasks of one flow read and store: values become artifacts of a CAS, and come back. */
export class Artifacts {
  readonly cas: Cas;
  /** Those of the flow. */
  readonly codecs: Codecs;
  /** By {@link decodedKey}: a split list is decoded once for all its splits. */
  readonly #lists = new Map<string, ArrayLike<unknown>>();
  #shared: SharedValues | undefined;

  constructor(cas: Cas, codecs?: Codecs) {
    this.cas = cas;
    this.codecs = codecs;
  }

  readonly encode = (name: string, value: unknown): Promise<ArtifactRecord> =>
    encodeArtifact(name, value, this.cas, this.codecs);

  /** Reads a value; it is kept later. */
  readonly take = (name: string, value: unknown): Taken | Promise<Taken> => {
    if (isFile(value)) return takenFile(value, (look) => storeFile(value, this.cas, look));
    return whenEncoded(encodeLater(name, value, this.codecs, COPY_LIMIT), (encoded) =>
      takenValue(encoded, (look) => keepEncoded(encoded, this.cas, look)),
    );
  };

  readonly decode = (record: ArtifactRecord): unknown => decodeArtifact(record, this.cas, this.codecs);

  /** Gives what reads the values that a foreach shares among its splits. @param step the foreach */
  readonly sharer = async (step: string): Promise<(record: ArtifactRecord) => unknown> => {
    const { SharedValues } = await import('./shared-values');
    this.#shared ??= new SharedValues(this.decode, (value) => copy(value, this.codecs));
    return this.#shared.of(step);
  };

  /** One item of a list, as a copy of the reader's own. */
  readonly item = (list: ArtifactRecord, index: number): unknown => {
    const own = () => itemsOf(this.decode(list))?.[index];
    const items = this.#decoded(list);
    if (!items) return own();
    try {
      return copy(items[index], this.codecs);
    } catch (error) {
      // What gives its bytes later cannot be copied now.
      if (!isFlowError(error) || error.code !== 'FLOW_CODEC_ASYNC') throw error;
      return own();
    }
  };

  /** The items of a list, for all readers. Undefined for what each of them decodes. */
  #decoded(list: ArtifactRecord): ArrayLike<unknown> | undefined {
    // What a codec of the flow puts into a list, nobody else can copy.
    if (!isBuiltInId(list.codec)) return undefined;
    const key = decodedKey(list);
    const known = this.#lists.get(key);
    if (known || listLength(list.type) === undefined) return known;
    const items = itemsOf(this.decode(list)) as ArrayLike<unknown>;
    this.#lists.set(key, items);
    if (this.#lists.size > LISTS) this.#lists.delete(this.#lists.keys().next().value as string);
    return items;
  }
}

/** A value that was read, and can be kept. */
export interface Taken extends Pick<ArtifactMeta, 'codec' | 'version' | 'type'> {
  /** What was read: whatever becomes of getters and instances, it gives the same again. */
  readonly value: unknown;
  /** The same, with stand-ins for instances. */
  read: unknown;
  /** What a codec made of it; absent of a file, and of what comes in pieces. */
  bytes?: Uint8Array;
  /** @param look sees the bytes of a file, and of what comes in pieces, while they are read */
  keep(look?: Look): ArtifactRecord | Promise<ArtifactRecord>;
}

export function takenFile(value: FileArtifact, keep: Taken['keep']): Taken {
  return { value, read: value, ...FILE_CODEC, type: typeOf(value), keep };
}

export function takenValue(encoded: EncodedValue, keep: Taken['keep']): Taken {
  const { read, meta, bytes, rest } = encoded;
  const { codec, version, type } = meta;
  const taken: Taken = { value: read, read, codec, version, type, keep };
  if (!rest) taken.bytes = bytes;
  return encoded.plain ? taken : withValue(taken, () => encoded.value);
}

/** What takes time to make is made when it is asked for. */
function withValue<T extends { readonly value: unknown }>(of: T, get: () => unknown): T {
  return Object.defineProperty(of, 'value', { enumerable: true, configurable: true, get });
}

/** Goes on with what is encoded, now or later. */
export function whenEncoded<T>(
  encoded: EncodedValue | Promise<EncodedValue>,
  then: (encoded: EncodedValue) => T,
): T | Promise<T> {
  return types.isPromise(encoded) ? encoded.then(then) : then(encoded);
}

/** A copy that is what storing and reading it would give. */
function copy(value: unknown, codecs: Codecs): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { meta, bytes, copied } = encodeValue('input', value, codecs);
  const { codec: id, type, version } = meta;
  const own = codecs?.find((codec) => codec.id === id);
  if (own) return decodeOwn(own, { codec: id, type, version, digest: '' }, () => bytes);
  const codec = copied ? CODECS.find((builtIn) => builtIn.id === id) : undefined;
  return localize(codec ? codec.decode(bytes, type, codecs) : deserialize(serialize(value)));
}

/** A value as bytes, with all that is known of it but where the bytes lie. */
export interface EncodedValue {
  /** What was read: the value itself, or a copy in which what getters gave is in their place. Instances are copies. */
  readonly value: unknown;
  /** The same, with stand-ins for instances. */
  read: unknown;
  meta: Omit<ArtifactMeta, 'digest'>;
  bytes: Uint8Array;
  /** What comes after these bytes, where only the first were asked for: see {@link encodeLater}. */
  rest?: AsyncIterable<Uint8Array>;
  /** What people see of it, where its codec says so. */
  preview?(value: unknown): Preview | undefined;
  /** JSON gives the very same value back. */
  plain: boolean;
  /** The bytes are not the value's own memory, which its owner may go on writing. */
  copied: boolean;
  /** @param hash sha256 of the bytes, when it is known already. */
  digest(hash?: string): string;
}

/**
 * Chooses the codec and encodes. What a codec gives later is waited for; all the rest is read when it is called.
 * @param name The artifact's name, for the error.
 * @param most how many bytes of what comes in pieces are wanted; the others are the `rest`
 * @throws FlowError FLOW_ARTIFACT_UNSTORABLE
 */
export function encodeLater(
  name: string,
  value: unknown,
  codecs?: Codecs,
  most?: number,
): EncodedValue | Promise<EncodedValue> {
  if (isLater(value)) return encodeStored(value);
  const own = codecs?.find((codec) => ask(name, codec, 'match', () => codec.match(value) === true));
  if (own && !isInstanceCodec(own)) return encodeOwn(name, value, own, most);
  const canonical = CODECS.find((codec) => codec.digest && codec.match(value, undefined));
  if (canonical) return encodeBuiltIn(name, { value }, canonical, codecs);
  const built = (reading: Reading) =>
    encodeBuiltIn(
      name,
      reading,
      CODECS.find((codec) => codec.match(reading.value, reading.walked)) as BuiltInCodec,
      codecs,
    );
  const reading = readLater(value, name, codecs);
  return types.isPromise(reading) ? reading.then(built) : built(reading);
}

/** The same where nobody can wait. @throws FlowError also FLOW_CODEC_ASYNC */
export function encodeValue(name: string, value: unknown, codecs?: Codecs): EncodedValue {
  return now(encodeLater(name, value, codecs), name);
}

function encodeBuiltIn(
  name: string,
  { value: read, walked }: Pick<Reading, 'value'> & Partial<Reading>,
  codec: BuiltInCodec,
  codecs: Codecs,
): EncodedValue {
  try {
    const { bytes, copied } = owned(codec.encode(read, walked), codec.copies);
    const type = read instanceof Instance ? read.type : typeOf(read);
    const encoded: EncodedValue = {
      value: read,
      read,
      meta: { codec: codec.id, version: codec.needs?.(walked) ?? codec.version, type, size: bytes.length },
      bytes,
      preview: read instanceof Instance ? instancePreview(read, codecs) : undefined,
      plain: walked?.plain ?? false,
      copied,
      digest: (hash) => walked?.digest ?? (codec.digest as Digest)(hash ?? sha256(bytes), read),
    };
    if (!walked || walked.instances === 'none') return encoded;
    let made: { value: unknown } | undefined;
    return withValue(encoded, () => {
      made ??= { value: localize(codec.decode(bytes, type, codecs)) };
      return made.value;
    });
  } catch (cause) {
    throw unstorable(name, messageOf(cause), cause);
  }
}
type Digest = NonNullable<BuiltInCodec['digest']>;

/** Of an artifact that is an instance: what its codec says of it. */
function instancePreview({ codec }: Instance, codecs: Codecs): EncodedValue['preview'] {
  const own = codecs?.find(({ id }) => id === codec);
  return own?.preview && ((value) => previewBy(own, value));
}

/** Bytes that nothing else writes, where they are not too many. */
function owned(bytes: Uint8Array, copied: boolean): Pick<EncodedValue, 'bytes' | 'copied'> {
  if (copied || bytes.length > COPY_LIMIT) return { bytes, copied };
  return { bytes: new Uint8Array(bytes), copied: true };
}

function encodeOwn(
  name: string,
  value: unknown,
  codec: BytesCodec,
  most?: number,
): EncodedValue | Promise<EncodedValue> {
  const type = typeOf(value);
  const wrong = (what: string, cause?: unknown) => {
    const said = what.replace('()', `() of the codec "${codec.id}"`);
    return unstorable(name, cause === undefined ? `${said}.` : said, cause);
  };
  const done = ({ bytes: given, rest, digest: text }: EncodedBytes): EncodedValue => {
    const { bytes, copied } = owned(given, false);
    const meta = { codec: codec.id, version: codec.version, type, size: bytes.length };
    const named = text === undefined ? undefined : codecDigest(codec.id, { text });
    return {
      // Whoever reads it before it is stored reads what comes back.
      value: isLaterCodec(codec)
        ? laterBy(codec, { ...meta, digest: named, bytes: () => new Uint8Array(bytes) })
        : value,
      read: value,
      meta,
      bytes,
      ...(rest ? { rest } : {}),
      preview: () => previewBy(codec, value),
      plain: false,
      copied,
      digest: (hash) => named ?? codecDigest(codec.id, { bytes: hash ?? sha256(bytes) }),
    };
  };
  const given = encodeBy(codec, value, wrong, most);
  return types.isPromise(given) ? given.then(done) : done(given);
}

/** What a handle stands for, which is stored already. */
function encodeStored(value: Later<unknown>): EncodedValue {
  const { codec, version, type, digest, bytes: read } = storedOf(value);
  const bytes = read();
  return {
    ...{ value, read: value },
    meta: { codec, version, type, size: bytes.length },
    ...{ bytes, plain: false, copied: true },
    digest: (hash) => digest ?? codecDigest(codec, { bytes: hash ?? sha256(bytes) }),
  };
}

function ask<T>(name: string, codec: AnyCodec, method: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw unstorable(name, `${method}() of the codec "${codec.id}" threw: ${messageOf(cause)}`, cause);
  }
}

function unstorable(name: string, why: string, cause?: unknown): FlowError {
  const message = `The artifact ${name} cannot be stored: ${why}`;
  return new FlowError('FLOW_ARTIFACT_UNSTORABLE', message, { cause, exit: 1 });
}

/**
 * Encodes one value and keeps its bytes: small ones in the record, large ones and files in the CAS.
 * @param look sees the bytes of a file while they are read
 */
export async function encodeArtifact(
  name: string,
  value: unknown,
  cas: Cas,
  codecs?: Codecs,
  look?: Look,
): Promise<ArtifactRecord> {
  if (isFile(value)) return storeFile(value, cas, look);
  return keepEncoded(await encodeLater(name, value, codecs), cas);
}

/** The same for a value that is encoded already. @param look sees the bytes of what comes in pieces */
export function keepEncoded(
  encoded: EncodedValue,
  cas: Cas,
  look?: Look,
): ArtifactRecord | Promise<ArtifactRecord> {
  const { meta, bytes, rest, digest } = encoded;
  if (rest) return keepPiecesBy(encoded, (pieces) => cas.writeStream(pieces, look));
  if (bytes.length <= INLINE_LIMIT) return { ...meta, digest: digest(), bytes };
  return keepLarge(encoded, cas);
}

async function keepLarge({ meta, bytes, digest }: EncodedValue, cas: Cas): Promise<ArtifactRecord> {
  const hash = await cas.write(bytes);
  return { ...meta, digest: digest(hash), hash };
}

/** The same for what comes in pieces. @param write takes them, and gives the hash of all their bytes */
export async function keepPiecesBy(
  { meta, bytes, rest, digest }: EncodedValue,
  write: (pieces: AsyncIterable<Uint8Array>) => Promise<{ hash: string; size: number }>,
): Promise<ArtifactMeta & { hash: string }> {
  const { hash, size } = await write(startingWith(bytes, rest));
  return { ...meta, size, digest: digest(hash), hash };
}

/**
 * An artifact that is not kept: a value as a record that holds its own bytes, a file as one that says where it lies.
 * @throws FlowError FLOW_FILE, FLOW_ARTIFACT_UNSTORABLE
 */
export async function unkeptArtifact(name: string, value: unknown, codecs?: Codecs): Promise<ArtifactRecord> {
  if (isFile(value)) return unkeptFile(name, value);
  const { meta, bytes, digest } = await encodeLater(name, value, codecs);
  return { ...meta, digest: digest(), bytes };
}

/**
 * The value of an artifact: a copy of its own at every call.
 * @throws FlowError FLOW_CODEC_UNKNOWN, FLOW_ARTIFACT_UNREADABLE, FLOW_STORE_CORRUPT
 */
export function decodeArtifact(record: ArtifactRecord, cas: Cas, codecs?: Codecs): unknown {
  const { codec: id, version, type } = record;
  if (typeof id !== 'string' || typeof version !== 'number' || typeof type !== 'string')
    throw unreadable('Its record does not say which codec stored it.');
  const own = codecs?.find((codec) => codec.id === id);
  const builtIn = CODECS.find((codec) => codec.id === id);
  const newest = own?.version ?? (id === FILE_CODEC.codec ? FILE_CODEC.version : builtIn?.version);
  if (newest === undefined) throw unknownCodec(id);
  if (newest < version) throw tooOld(id, version, newest, own ? "the flow's code" : 'nx-flow');
  try {
    if (id === FILE_CODEC.codec) return decodeFile(record, cas);
    if (builtIn) return localize(builtIn.decode(bytesOf(record, cas, builtIn.copies), type, codecs));
    return decodeOwn(own as AnyCodec, record, () => bytesOf(record, cas));
  } catch (cause) {
    if (isFlowError(cause)) throw cause;
    throw unreadable(`Its bytes are none that the codec "${id}" wrote: ${messageOf(cause)}`, cause);
  }
}

/**
 * What is read from the CAS is nobody else's; the record's own bytes stay as they are, whatever becomes of the value.
 * @param passing the value keeps nothing of them
 */
function bytesOf({ hash, bytes }: ArtifactRecord, cas: Cas, passing = false): Uint8Array {
  return hash === undefined ? new Uint8Array(bytes as Uint8Array) : cas.read(hash, passing);
}

/** @param bytes reads them: a handle does so later */
function decodeOwn(
  own: AnyCodec,
  { codec, version, type, digest }: Pick<ArtifactMeta, 'codec' | 'version' | 'type' | 'digest'>,
  bytes: () => Uint8Array,
): unknown {
  if (isInstanceCodec(own)) throw isOfAnotherKind(own);
  if (!isLaterCodec(own)) {
    const whole = bytes();
    return decodeBy(own, () => own.decode(whole, version));
  }
  return laterBy(own, { codec, version, type, digest: own.digest && digest, bytes });
}

/** Whether every flow can read it, and a reader without one: no codec of a flow stored it, nor an instance inside of it. */
export function isBuiltIn({ codec, version }: Pick<ArtifactMeta, 'codec' | 'version'>): boolean {
  return isBuiltInId(codec) && !(codec === v8.id && version >= WITH_OWN);
}

function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}
