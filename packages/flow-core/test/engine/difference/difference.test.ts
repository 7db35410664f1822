import fc from 'fast-check';
import { instance } from '../../../src/definition/instance';
import type { Bounds } from '../../../src/engine/difference/bounds';
import { differenceOf } from '../../../src/engine/difference/difference';
import type { Difference } from '../../../src/engine/task/difference';
import { walk } from '../../../src/store/values/digest';

/** What is told, in one line each, and the counts. */
function told(
  before: unknown,
  after: unknown,
  bounds: Partial<Bounds> = {},
  codecs?: Parameters<typeof differenceOf>[3],
) {
  const { differences, changed, added, removed, complete } = differenceOf(before, after, bounds, codecs);
  const lines = differences.map(lineOf);
  return [...lines, `~${changed} +${added} -${removed}${complete ? '' : ' …'}`];
}

function lineOf(one: Difference): string {
  const at = one.path === '' ? '' : `${one.path} `;
  switch (one.kind) {
    case 'changed':
      return `${at}${one.before} → ${one.after}${one.delta === undefined ? '' : ` (${one.delta})`}`;
    case 'added':
      return `+ ${at}${one.after}`;
    case 'removed':
      return `- ${at}${one.before}`;
    case 'order':
      return `${at}order`;
    case 'list': {
      const by = one.key === undefined ? '' : ` by ${one.key}`;
      const fields = one.fields.map(
        ({ name, rows, numbers }) =>
          `${name} ${rows}${numbers ? ` (${numbers.mean}, ${numbers.largest})` : ''}`,
      );
      const numbers = one.numbers ? ` (${one.numbers.mean}, ${one.numbers.largest})` : '';
      return `${at}${one.before} → ${one.after}${by}: ~${one.changed} +${one.added} -${one.removed} ⇅${one.moved}${numbers}${fields.length > 0 ? `; ${fields}` : ''}`;
    }
    case 'text':
      return [
        `${at}+${one.added} -${one.removed}`,
        ...one.lines.map(({ line, sign, text }) => `${line}${sign}${text}`),
      ].join('|');
  }
}

const rows = (count: number, make: (i: number) => object = () => ({})) =>
  Array.from({ length: count }, (_, i) => ({ id: `r${i}`, score: i / 8, name: `name ${i}`, ...make(i) }));

test('scalars: their old and new value, and how far a number went', () => {
  expect(told(1, 1.25)).toEqual(['1 → 1.25 (0.25)', '~1 +0 -0']);
  expect(told(0.1, 0.3)).toEqual(['0.1 → 0.3 (0.2)', '~1 +0 -0']);
  expect(told(0, -0)).toEqual(['0 → -0 (0)', '~1 +0 -0']);
  expect(told(1, '1')).toEqual(['1 → "1"', '~1 +0 -0']);
  expect(told(1, Number.NaN)).toEqual(['1 → NaN', '~1 +0 -0']);
  expect(told(5n, 6n)).toEqual(['5n → 6n', '~1 +0 -0']);
  expect(told(null, undefined)).toEqual(['null → undefined', '~1 +0 -0']);
  expect(told(new Date(0), new Date(86_400_000.5))).toEqual([
    '1970-01-01T00:00:00.000Z → 1970-01-02T00:00:00.000Z',
    '~1 +0 -0',
  ]);
  expect(told(/a/g, /a/i)).toEqual(['/a/g → /a/i', '~1 +0 -0']);
});

test('objects: paths as JavaScript writes them, and the order of properties', () => {
  expect(
    told({ a: { 'odd name': 1, b: [1, { c: 2 }] } }, { a: { 'odd name': 2, b: [1, { c: 3 }] } }),
  ).toEqual([
    'a["odd name"] 1 → 2 (1)',
    'a.b 2 → 2: ~1 +0 -0 ⇅0; c 1 (1, 1)',
    'a.b[1].c 2 → 3 (1)',
    '~2 +0 -0',
  ]);
  expect(told({ a: 1, b: 2 }, { b: 2, c: { d: 1 } })).toEqual(['- a 1', '+ c { d: 1 }', '~0 +1 -1']);
  expect(told({ x: { a: 1, b: 2 } }, { x: { b: 2, a: 1 } })).toEqual(['x order', '~1 +0 -0']);
  expect(told({ a: [1] }, { a: { 0: 1 } })).toEqual(["a [ 1 ] → { '0': 1 }", '~1 +0 -0']);
});

test('rows with a key: added, removed, changed and moved ones, and which fields differ', () => {
  const before = rows(100);
  const after = [
    { id: 'new', score: 1, name: 'x' },
    ...rows(100, (i) => (i % 10 === 3 ? { score: i / 8 + 1 } : {})),
  ];
  after.splice(51, 1);
  expect(told(before, after, { differences: 4 })).toEqual([
    '100 → 100 by id: ~10 +1 -1 ⇅0; score 10 (1, 1)',
    "- [id=r50] { id: 'r50', score: 6.25, name: 'name 50' }",
    "+ [id=new] { id: 'new', score: 1, name: 'x' }",
    '[id=r3].score 0.375 → 1.375 (1)',
    '~10 +1 -1',
  ]);
  const [first, ...others] = before;
  expect(told(before, [...others, first])).toEqual(['100 → 100 by id: ~0 +0 -0 ⇅1', '~1 +0 -0']);
});

test('a key is found by looking: it is another in every row, and no measure', () => {
  const make = (shift: number) =>
    [1, 2, 3].map((n) => ({ kind: 'a', measure: n / 3 + shift, film: `f${n}` }));
  expect(told(make(0), make(0.5))[0]).toBe('3 → 3 by film: ~3 +0 -0 ⇅0; measure 3 (0.5, 0.5)');
  const plain = [1, 2, 3].map((n) => ({ kind: 'a', measure: n / 3 }));
  expect(told(plain, [{ kind: 'b', measure: 1 / 9 }, ...plain])).toEqual([
    '3 → 4: ~0 +1 -0 ⇅0',
    "+ [0] { kind: 'b', measure: 0.1111111111111111 }",
    '~0 +1 -0',
  ]);
});

test('rows without a key: one in front and one in the middle leave the others the same', () => {
  const before = Array.from({ length: 1000 }, (_, i) => [i % 7, `t${i % 90}`, i / 3]);
  const after = before.map((row) => [...row]);
  (after[500] as unknown[])[0] = 'edited';
  after.unshift(['new']);
  expect(told(before, after)).toEqual([
    '1000 → 1001: ~1 +1 -0 ⇅0',
    "+ [0] [ 'new' ]",
    '[501] 3 → 3: ~1 +0 -0 ⇅0',
    '[501][0] 3 → "edited"',
    '~1 +1 -0',
  ]);
});

test('items that repeat are aligned, too', () => {
  const labels = Array.from({ length: 5000 }, (_, i) => (i * 7919) % 3);
  const after = [...labels];
  after.splice(4000, 1);
  after.splice(2000, 0, 9);
  expect(told(labels, [1, 1, ...after]).at(-1)).toBe('~0 +3 -1');
});

test('numbers all of which differ are paired by their places', () => {
  const before = Array.from({ length: 1000 }, (_, i) => Math.sin(i));
  expect(
    told(
      before,
      before.map((n) => n + 0.5),
      { differences: 2 },
    ),
  ).toEqual(['1000 → 1000: ~1000 +0 -0 ⇅0 (0.5, 0.5)', '[0] 0 → 0.5 (0.5)', '~1000 +0 -0']);
});

test('typed arrays and bytes: how many differ, and by how much', () => {
  const before = Float64Array.from({ length: 1000 }, (_, i) => i);
  const after = before.map((n, i) => (i % 500 === 0 ? n + 2 : n));
  expect(told(before, after)).toEqual([
    '1000 → 1000: ~2 +0 -0 ⇅0 (2, 2)',
    '[0] 0 → 2 (2)',
    '[500] 500 → 502 (2)',
    '~2 +0 -0',
  ]);
  const longer = new Float64Array([7, ...before]);
  expect(told(before, longer)).toEqual(['1000 → 1001: ~0 +1 -0 ⇅0', '~0 +1 -0']);
  expect(told(Buffer.from('abc'), Buffer.from('abd'))).toEqual([
    '3 → 3: ~1 +0 -0 ⇅0 (1, 1)',
    '[2] 99 → 100 (1)',
    '~1 +0 -0',
  ]);
  expect(told(new ArrayBuffer(2), new Uint8Array([0, 1]).buffer)[1]).toBe('[1] 0 → 1 (1)');
  expect(told(new BigInt64Array([1n]), new BigInt64Array([2n]))[1]).toBe('[0] 1n → 2n');
  expect(told(new Uint8Array(2), new Int8Array(2))).toEqual([
    'Uint8Array(2) [ 0, 0 ] → Int8Array(2) [ 0, 0 ]',
    '~1 +0 -0',
  ]);
});

test('Map and Set: by keys and members', () => {
  const map = (...entries: [unknown, unknown][]) => new Map(entries);
  expect(told(map(['a', { n: 1 }], [2, 'x']), map(['a', { n: 3 }], [NaN, 0]))).toEqual([
    'get("a").n 1 → 3 (2)',
    '- get(2) "x"',
    '+ get(NaN) 0',
    '~1 +1 -1',
  ]);
  expect(told(map([1, 1], [2, 2]), map([2, 2], [1, 1]))).toEqual(['order', '~1 +0 -0']);
  expect(told(map([{ k: 1 }, 1]), map([{ k: 1 }, 2])).at(-2)).toBe('[0][1] 1 → 2 (1)');
  expect(told(new Set(['a', 'b']), new Set(['b', 'c']))).toEqual(['- "a"', '+ "c"', '~0 +1 -1']);
  expect(told(new Set([{ a: 1 }]), new Set([{ a: 2 }])).at(-2)).toBe('[0].a 1 → 2 (1)');
});

test('texts: lines that were added and removed; of long lines the part that differs', () => {
  expect(told({ t: 'one\ntwo\nthree\n' }, { t: 'zero\none\n2\nthree\n' })).toEqual([
    't +2 -1|1+zero|2-two|3+2',
    '~1 +0 -0',
  ]);
  const long = 'x'.repeat(5000);
  expect(told(`${long}a${long}`, `${long}b${long}`, { width: 15 })).toEqual([
    '…"xxxxxxxxxxaxxxx"… → …"xxxxxxxxxxbxxxx"…',
    '~1 +0 -0',
  ]);
});

test('errors: not their stack', () => {
  const error = (message: string, more = {}) => Object.assign(new TypeError(message), more);
  expect(told(error('a', { code: 1 }), error('b', { code: 1 }))).toEqual(['message "a" → "b"', '~1 +0 -0']);
  expect(told(error('a'), error('a'))).toEqual(['~0 +0 -0']);
});

test('instances: what their codec takes out of them or says of them, wherever they lie', () => {
  class Point {
    #secret: number;
    constructor(
      readonly x: number,
      hidden = 0,
    ) {
      this.#secret = hidden;
    }
    get hidden() {
      return this.#secret;
    }
  }
  class Model {
    constructor(readonly layers: number) {}
  }
  const point = instance(Point, {
    encode: ({ x, hidden }) => ({ x, hidden }),
    decode: ({ x, hidden }) => new Point(x, hidden),
  });
  const model = {
    id: 'model',
    version: 1,
    match: (value: unknown) => value instanceof Model,
    encode: ({ layers }: Model) => Buffer.from([layers]),
    decode: () => new Model(0),
    preview: ({ layers }: Model) => ({ line: `${layers} layers`, rows: [{ layer: layers }] }),
  };
  expect(told({ way: [new Point(1, 7)] }, { way: [new Point(1, 8)] }, {}, [point]).at(-2)).toBe(
    'way[0].hidden 7 → 8 (1)',
  );
  expect(told(new Model(3), new Model(4), {}, [model])).toEqual([
    'is "3 layers" → "4 layers"',
    'rows 1 → 1: ~1 +0 -0 ⇅0; layer 1 (1, 1)',
    'rows[0].layer 3 → 4 (1)',
    '~2 +0 -0',
  ]);
  expect(told(new URL('http://a/x'), new URL('http://a/y'))).toEqual([
    '"http://a/x" → "http://a/y"',
    '~1 +0 -0',
  ]);
});

test('values that hold themselves come to an end', () => {
  const loop = (n: number) => {
    const value: Record<string, unknown> = { n };
    value.self = value;
    return value;
  };
  expect(told(loop(1), loop(2))).toEqual(['n 1 → 2 (1)', '~1 +0 -0']);
  let [deep, other]: unknown[] = [1, 2];
  for (let i = 0; i < 5000; i++) [deep, other] = [[deep], [other]];
  expect(told(deep, other)).toEqual(['~0 +0 -0 …']);
});

test('the work is bounded: what is left out is said', () => {
  const before = rows(1000);
  const after = rows(1000, () => ({ score: -1 }));
  const whole = told(before, after, { differences: 1 });
  expect(whole.at(-1)).toBe('~1000 +0 -0');
  const cut = differenceOf(before, after, { work: 3000 });
  expect(cut.complete).toBe(false);
  expect(cut.changed).toBeLessThan(1000);
  expect(cut.changed).toBeGreaterThan(0);
});

test('many rows of plain objects take no longer than to look at them', () => {
  const make = (shift: number, key: boolean) =>
    Array.from({ length: 30_000 }, (_, i) => ({
      ...(key ? { id: i } : {}),
      title: `Film ${i % 5000}`,
      votes: (i * 7919) % 10_007,
      rating: (i % 100) / 10 + (i % 20 === 7 ? shift : 0),
      tags: ['a', `b${i % 10}`],
    }));
  for (const key of [true, false]) {
    const [before, after] = [make(0, key), make(1, key)];
    after.unshift({ ...(key ? { id: -1 } : {}), title: 'new', votes: 0, rating: 0, tags: [] });
    const begun = performance.now();
    const { added, removed, changed, complete } = differenceOf(before, after);
    const ms = performance.now() - begun;
    expect({ added, removed, changed, complete }).toEqual({
      added: 1,
      removed: 0,
      changed: 1500,
      complete: true,
    });
    expect(ms).toBeLessThan(10_000);
  }
});

test('something differs where, and only where, the digests of two values differ', () => {
  const few = fc.constantFrom('a', 'b', 'id', 0, -0, 1, Number.NaN, null, undefined, 2n, 'x\ny', 'x\nz');
  const key = fc.constantFrom('a', 'b', 'id');
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      few,
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(key, tie('value'), { maxKeys: 3 }),
      fc.array(fc.dictionary(key, few, { maxKeys: 3 }), { maxLength: 4 }),
      fc.array(fc.tuple(key, tie('value')), { maxLength: 3 }).map((entries) => new Map(entries)),
      fc.array(few, { maxLength: 4 }).map((members) => new Set(members)),
      fc.constantFrom(new Date(0), new Date(1), new Date(Number.NaN)),
      fc.float64Array({ maxLength: 3 }),
      fc.constantFrom(Buffer.from('a'), Buffer.from('ab'), new Error('a'), new TypeError('a'), /a/, /a/g),
    ),
  }));
  fc.assert(
    fc.property(value, value, (one, other) => {
      const { changed, added, removed, differences } = differenceOf(one, other);
      const same = digestOf(one) === digestOf(other);
      expect({ same: changed + added + removed === 0, told: differences.length > 0 }).toEqual({
        same,
        told: !same,
      });
    }),
    { numRuns: Number(process.env.FUZZ_RUNS ?? 2000) },
  );
});

/** Shared references count for it, and not for what is shown: a copy has none. */
const digestOf = (value: unknown) => walk(deepCopy(value)).digest;
function deepCopy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(deepCopy);
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, deepCopy(item)]));
  if (value instanceof Set || typeof value !== 'object' || value === null) return value;
  if (value instanceof Error || value instanceof Date || value instanceof RegExp) return value;
  if (ArrayBuffer.isView(value)) return structuredClone(value);
  return Object.assign(
    Object.create(Object.getPrototypeOf(value)),
    Object.fromEntries(Object.entries(value).map(([key, item]) => [key, deepCopy(item)])),
  );
}
