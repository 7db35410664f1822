/** Codecs that a flow registers: how values of the user's own classes become bytes and come back. */
import { types } from 'node:util';
import { FlowError } from './errors';

/**
 * Stores values of one kind in its own way, as whole artifacts and at any depth inside them. The flow registers it:
 * `flow('map', { codecs: [point] })`. Codecs come before the built-in ones, in the order in which they are given.
 *
 * @example
 * ```ts
 * import { type Codec, flow } from '@nx-flow/core';
 * class Point {
 *   constructor(readonly x: number, readonly y: number) {}
 * }
 * const point: Codec<Point> = {
 *   id: 'point',
 *   version: 1,
 *   match: (value) => value instanceof Point,
 *   encode: ({ x, y }) => Buffer.from(`${x},${y}`),
 *   decode(bytes) {
 *     const [x, y] = Buffer.from(bytes).toString().split(',').map(Number);
 *     return new Point(x ?? 0, y ?? 0);
 *   },
 * };
 * const f = flow('map', { codecs: [point] });
 * const start = f.start(() => ({ home: new Point(1, 2), way: [new Point(2, 2), new Point(3, 2)] }));
 * export default f.end(start);
 * ```
 */
export interface Codec<T> {
  /** Recorded with every artifact that it stores. Its meaning must never change. */
  readonly id: string;
  /** A whole number from 1, recorded too: {@link decode} reads what any earlier version wrote. */
  readonly version: number;
  /**
   * Whether this codec is for this value. It is asked of every artifact, and of every object inside of one that is no plain
   * object and no plain list, so it should be quick.
   */
  match(value: unknown): boolean;
  /**
   * The bytes of a value, or a promise or a stream of them. It is called when the step returns; what the value is by then is
   * what counts, so an `encode` that awaits takes out of the value what it needs before its first `await`.
   */
  encode(value: T): Encoded | Promise<Encoded>;
  /** @param version that of the codec when it wrote these bytes */
  decode(bytes: Uint8Array, version: number): T;
  /** A text that is the same for equal values. Without it, values are equal when their bytes are. */
  digest?(value: T): string;
  /** What a file of its bytes is, where an artifact is one such value. `.bin` without it. */
  readonly file?: CodecFile;
  /** What people see of a value. It is asked right after `encode`, and for `dump` of what `decode` gave. */
  preview?(value: T): string | Preview;
  /** What `dump --json` prints of a value: its `toJSON()` or its properties without it. */
  json?(value: T): unknown;
}

/**
 * A codec that can only decode with time: what comes back is a handle, `await self.model.value()` ({@link Later}). So its values
 * decide nothing: none may be in `over`, `on` or `while`, nor in the list of a foreach (FLOW_CODEC_ASYNC).
 *
 * @example
 * ```ts
 * import { promisify } from 'node:util';
 * import { gunzip, gzipSync } from 'node:zlib';
 * import { flow, type LaterCodec } from '@nx-flow/core';
 * class Text {
 *   constructor(readonly text: string) {}
 * }
 * const packed: LaterCodec<Text> = {
 *   id: 'packed',
 *   version: 1,
 *   match: (value) => value instanceof Text,
 *   encode: ({ text }) => gzipSync(text),
 *   decodeAsync: async (bytes) => new Text(String(await promisify(gunzip)(bytes))),
 * };
 * const f = flow('book', { codecs: [packed] });
 * const start = f.start(() => ({ book: new Text('Call me Ishmael.') }));
 * const read = f.step('read', { after: start }, async ({ self }) => ({ size: (await self.book.value()).text.length }));
 * export default f.end(read);
 * ```
 */
export interface LaterCodec<T> extends Omit<Codec<T>, 'decode'> {
  decode?: undefined;
  /** @param version that of the codec when it wrote these bytes */
  decodeAsync(bytes: Uint8Array, version: number): Promise<T>;
}

/** An artifact, or a part of one, that its codec decodes with time. */
export interface Later<T> {
  /** The name of its class, where an artifact is one such value; else the id of its codec. */
  readonly type: string;
  /** The value: the same at each call. @throws FlowError FLOW_ARTIFACT_UNREADABLE, FLOW_STORE_CORRUPT */
  value(): Promise<T>;
}

export interface CodecFile {
  /** The ending of its name, without the dot: `arrow`. */
  readonly extension: string;
  /** `application/vnd.apache.arrow.stream` */
  readonly mediaType?: string;
}

/** What people see of a value. */
export interface Preview {
  /** `3 columns, 1,000 rows` */
  readonly line: string;
  /** A table of it, such as its first rows: one object for each. */
  readonly rows?: readonly object[];
}

/** Bytes, or a stream of them: an async generator, a `ReadableStream`, a Node.js `Readable`. */
export type Encoded = Uint8Array | AsyncIterable<Uint8Array>;

/**
 * Stores instances as data: what it takes out of one is stored like any value, with other instances in it, shared references
 * and cycles. `instance(Point)` makes one.
 */
export interface InstanceCodec<T> extends Pick<Codec<T>, 'id' | 'version' | 'match'> {
  /** What is stored of an instance: any value that can be. */
  take(value: T): unknown;
  /** An instance out of what {@link take} gave. */
  make(taken: unknown): T;
  /** An instance that has nothing yet, where what was taken are its properties: then it may refer to itself. */
  readonly empty?: () => T;
  /** What people see of an instance that is an artifact of its own. */
  preview?(value: T): string | Preview;
  /** As in {@link Codec}. */
  json?(value: T): unknown;
}

// biome-ignore lint/suspicious/noExplicitAny: codecs of different types
export type BytesCodec = Codec<any> | LaterCodec<any>;

// biome-ignore lint/suspicious/noExplicitAny: a list of codecs of different types
export type AnyCodec = BytesCodec | InstanceCodec<any>;

/** Whether it gives data, not bytes. */
// biome-ignore lint/suspicious/noExplicitAny: as in AnyCodec
export function isInstanceCodec(codec: AnyCodec): codec is InstanceCodec<any> {
  return 'take' in codec;
}

/** What is wrong with a codec whose `decode` awaits, and what is right. */
export function awaits(codec: Pick<AnyCodec, 'id'>): string {
  const instead =
    'take' in codec ? 'write a codec with encode() and decodeAsync()' : 'use decodeAsync() in its place';
  return `decode() of the codec "${codec.id}" gives a promise, for which nobody waits: ${instead}.`;
}

/** Whether what it stores comes back as a handle. */
// biome-ignore lint/suspicious/noExplicitAny: as in AnyCodec
export function isLaterCodec(codec: AnyCodec): codec is LaterCodec<any> {
  return 'decodeAsync' in codec && codec.decodeAsync !== undefined;
}

/**
 * What people see of a value that a codec stores. Undefined where it does not say, or cannot: that harms nobody. Of what is no
 * preview, the line says so.
 */
export function previewBy(codec: AnyCodec, value: unknown): Preview | undefined {
  try {
    const said: unknown = codec.preview?.(value);
    if (said === undefined) return undefined;
    if (typeof said === 'string') return { line: said };
    const { line, rows } = Object(said) as Partial<Record<keyof Preview, unknown>>;
    if (typeof line === 'string' && (rows === undefined || areRows(rows))) return said as Preview;
    return { line: `preview() of the codec "${codec.id}" gave neither a text nor { line, rows }` };
  } catch {
    return undefined;
  }
}

const areRows = (rows: unknown) =>
  Array.isArray(rows) && rows.every((row) => typeof row === 'object' && row !== null);

/** The ids that every flow has: the codecs of `store/codecs`, and files. */
export const BUILT_IN = ['raw', 'json', 'v8', 'file'] as const;
export type BuiltInId = (typeof BUILT_IN)[number];

/** The classes of the web whose instances every flow stores: `store/values/codecs/standard.ts`. */
export const STANDARD_IDS = ['URL', 'URLSearchParams', 'Headers', 'Blob', 'File'] as const;
export type StandardId = (typeof STANDARD_IDS)[number];

export function isStandardId(id: string): id is StandardId {
  return STANDARD_IDS.some((standard) => standard === id);
}

export function isBuiltInId(id: string): id is BuiltInId {
  return BUILT_IN.some((builtIn) => builtIn === id);
}

/** @throws FlowError FLOW_CODEC, with every problem at once */
export function requireCodecs(flow: string, codecs: unknown): readonly AnyCodec[] {
  if (codecs === undefined) return [];
  const problems = Array.isArray(codecs) ? codecs.flatMap(problemsOf) : ['`codecs` is a list of codecs.'];
  if (problems.length === 0) return codecs as AnyCodec[];
  throw new FlowError('FLOW_CODEC', `The flow "${flow}" cannot use its codecs: ${problems.join(' ')}`, {
    problems: problems.map((message) => ({ code: 'FLOW_CODEC', message })),
  });
}

function problemsOf(codec: unknown, at: number, all: readonly unknown[]): string[] {
  if (typeof codec !== 'object' || codec === null) return [`codecs[${at}] is no object.`];
  const given = codec as Partial<Omit<Codec<unknown>, 'decode'> & InstanceCodec<unknown>> & {
    decode?: unknown;
    decodeAsync?: unknown;
  };
  const { id, version } = given;
  if (typeof id !== 'string' || !/^[\w.:@/-]{1,100}$/.test(id)) {
    return [`codecs[${at}] needs an id of letters, digits and .:@/-_, such as "point".`];
  }
  const problems: string[] = [];
  if (isBuiltInId(id) || isStandardId(id))
    problems.push(`"${id}" is the id of a built-in codec: take another.`);
  if (all.findIndex((other) => (other as Partial<AnyCodec> | null)?.id === id) < at)
    problems.push(
      'take' in given
        ? `"${id}" is there twice: give one of two classes of this name another id, instance(${id}, { id: '…' }).`
        : `"${id}" is there twice.`,
    );
  if (!Number.isSafeInteger(version) || (version as number) < 1)
    problems.push(`"${id}" needs a version: a whole number from 1.`);
  const decodes = given.decodeAsync === undefined ? 'decode' : 'decodeAsync';
  const methods =
    'take' in given ? (['match', 'take', 'make'] as const) : (['match', 'encode', decodes] as const);
  for (const method of methods) {
    if (typeof given[method] !== 'function') problems.push(`"${id}" needs a function ${method}().`);
  }
  if (types.isAsyncFunction('take' in given ? given.make : given.decode))
    problems.push(awaits(given as AnyCodec));
  if (given.decode !== undefined && given.decodeAsync !== undefined)
    problems.push(`"${id}" has decode() and decodeAsync(): give one of them.`);
  for (const method of ['digest', 'preview', 'json'] as const) {
    if (given[method] !== undefined && typeof given[method] !== 'function')
      problems.push(`The ${method} of "${id}" is no function.`);
  }
  if (given.file !== undefined && !isCodecFile(given.file))
    problems.push(`The file of "${id}" needs an extension without the dot: { extension: 'arrow' }.`);
  return problems;
}

const isCodecFile = (file: unknown) =>
  typeof file === 'object' && file !== null && /^\w[\w.-]{0,20}$/.test(String((file as CodecFile).extension));
