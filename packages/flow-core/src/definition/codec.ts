/** Codecs that a flow registers: how values of the user's own classes become bytes and come back. */
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
}

// biome-ignore lint/suspicious/noExplicitAny: a list of codecs of different types
export type AnyCodec = Codec<any> | InstanceCodec<any>;

/** Whether it gives data, not bytes. */
// biome-ignore lint/suspicious/noExplicitAny: as in AnyCodec
export function isInstanceCodec(codec: AnyCodec): codec is InstanceCodec<any> {
  return 'take' in codec;
}

/** The ids that every flow has: the codecs of `store/codecs`, and files. */
export const BUILT_IN = ['raw', 'json', 'v8', 'file'] as const;
export type BuiltInId = (typeof BUILT_IN)[number];

/** The classes of the web whose instances every flow stores: `store/codecs/standard.ts`. */
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
  const given = codec as Partial<Codec<unknown> & InstanceCodec<unknown>>;
  const { id, version } = given;
  if (typeof id !== 'string' || !/^[\w.:@/-]{1,100}$/.test(id)) {
    return [`codecs[${at}] needs an id of letters, digits and .:@/-_, such as "point".`];
  }
  const problems: string[] = [];
  if (isBuiltInId(id) || isStandardId(id))
    problems.push(`"${id}" is the id of a built-in codec: take another.`);
  if (all.findIndex((other) => (other as Partial<AnyCodec> | null)?.id === id) < at)
    problems.push(`"${id}" is there twice.`);
  if (!Number.isSafeInteger(version) || (version as number) < 1)
    problems.push(`"${id}" needs a version: a whole number from 1.`);
  const methods =
    'take' in given ? (['match', 'take', 'make'] as const) : (['match', 'encode', 'decode'] as const);
  for (const method of methods) {
    if (typeof given[method] !== 'function') problems.push(`"${id}" needs a function ${method}().`);
  }
  if (given.digest !== undefined && typeof given.digest !== 'function')
    problems.push(`The digest of "${id}" is no function.`);
  return problems;
}
