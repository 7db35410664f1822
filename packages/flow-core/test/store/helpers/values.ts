/** Arbitrary values of everything that an artifact can be. */
import fc from 'fast-check';

const memory = fc.uint8Array({ maxLength: 40 });
const float64 = fc.array(fc.double(), { maxLength: 5 });
const int32 = fc.array(fc.integer(), { maxLength: 5 });

const bytes: fc.Arbitrary<unknown> = fc.oneof(
  memory.map((b) => Uint8Array.from(b)),
  memory.map((b) => Buffer.from(b)),
  memory.map((b) => Uint8ClampedArray.from(b)),
  memory.map((b) => Int8Array.from(b)),
  memory.map((b) => Int16Array.from(b)),
  memory.map((b) => Uint16Array.from(b)),
  memory.map((b) => Uint8Array.from(b).buffer),
  memory.map((b) => new DataView(Uint8Array.from(b).buffer)),
  float64.map((n) => Float64Array.from(n)),
  float64.map((n) => Float32Array.from(n)),
  int32.map((n) => Int32Array.from(n)),
  int32.map((n) => Uint32Array.from(n)),
  int32.map((n) => BigInt64Array.from(n.map(BigInt))),
  int32.map((n) => BigUint64Array.from(n.map((i) => BigInt(Math.abs(i))))),
  // A view that begins in the middle.
  memory.map((b) => Uint8Array.from([1, 2, 3, ...b]).subarray(3)),
);

/** Every code point but halves of pairs, as `unit: 'binary'` has it, which fills a table of a million entries first. */
const codePoint = fc.nat({ max: 0x10ffff - 0x800 }).map(
  (n) => String.fromCodePoint(n < 0xd800 ? n : n + 0x800),
  (text) => {
    const [code, ...more] = Array.from(text as string, (char) => char.codePointAt(0) as number);
    if (code === undefined || more.length > 0) throw new TypeError('This is not one code point.');
    return code < 0xd800 ? code : code - 0x800;
  },
);
const string = fc.oneof(fc.string(), fc.string({ unit: codePoint }), fc.string({ unit: 'grapheme' }));
const key = fc.oneof(
  string,
  fc.constantFrom('a', 'b', '0', '10', '__proto__', 'constructor', 'toString', 'toJSON'),
);

const leaf: fc.Arbitrary<unknown> = fc.oneof(
  { arbitrary: fc.integer(), weight: 3 },
  { arbitrary: string, weight: 3 },
  fc.double(),
  fc.boolean(),
  fc.bigInt(),
  fc.constantFrom(null, undefined, -0, Number.NaN, Infinity, '\ud800', ''),
  fc.date({ noInvalidDate: false }),
  fc.constantFrom(/a/g, /b\/c/imsu, /(?<n>x)/y).map((r) => new RegExp(r.source, r.flags)),
  fc.oneof(fc.double(), fc.string(), fc.boolean()).map((v) => Object(v)),
  bytes,
);

const ERRORS = [Error, TypeError, RangeError, SyntaxError];

interface Values {
  value: unknown;
  [kind: string]: unknown;
}

/** Any storable value: containers in containers, errors, holes, extra keys. Without shared references. */
export const values = fc.letrec<Values>((tie) => {
  const entries = fc.uniqueArray(fc.tuple(key, tie('value')), { maxLength: 5, selector: ([k]) => k });
  const array = fc.array(tie('value'), { maxLength: 5 });
  return {
    value: fc.oneof({ maxDepth: 4, withCrossShrink: true }, leaf, tie('object'), tie('array'), tie('exotic')),
    object: entries.map((e) => assign({}, e)),
    array,
    exotic: fc.oneof(
      entries.map((e) => assign(Object.create(null), e)),
      fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 4 }).map((e) => new Map(e)),
      array.map((items) => new Set(items)),
      // Holes, at the end too.
      fc.tuple(array, fc.nat({ max: 3 })).map(([items, more]) => {
        const sparse = [...items];
        delete sparse[1];
        sparse.length += more;
        return sparse;
      }),
      fc.tuple(array, entries).map(([items, e]) =>
        assign(
          [...items],
          // Items have numbers, and an array's length cannot be defined anew.
          e.filter(([k]) => !/^(\d+|length)$/.test(k)),
        ),
      ),
      fc
        .tuple(fc.constantFrom(...ERRORS), fc.string(), fc.option(tie('value')), entries)
        .map(([Class, message, cause, e]) => assign(new Class(message, cause === null ? {} : { cause }), e)),
      fc.tuple(array, fc.string()).map(([errors, message]) => new AggregateError(errors, message)),
    ),
  };
}).value;

/** Values in which the same objects are in several places, and cycles. */
export const tangles = fc
  .tuple(
    fc.array(values, { minLength: 1, maxLength: 5 }),
    fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 6 }),
  )
  .map(([parts, links]) => {
    const error = Object.assign(new Error('in the tangle'), { detail: undefined as unknown });
    const bare = Object.create(null);
    const nodes: object[] = [{}, [], new Map(), new Set(), error, bare];
    for (const [i, part] of parts.entries()) link(nodes[i % nodes.length] as object, part, i);
    for (const [i, [from, to]] of links.entries())
      link(nodes[from % nodes.length] as object, nodes[to % nodes.length], i + 10);
    return nodes;
  });

function link(from: object, to: unknown, i: number): void {
  if (from instanceof Map) from.set(i, to);
  else if (from instanceof Set) from.add(to);
  else if (Array.isArray(from)) from.push(to);
  else assign(from, [[`k${i}`, to]]);
}

function assign<T extends object>(target: T, entries: readonly (readonly [string, unknown])[]): T {
  for (const [name, value] of entries)
    Object.defineProperty(target, name, { value, enumerable: true, writable: true, configurable: true });
  return target;
}
