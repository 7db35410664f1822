import { Readable } from 'node:stream';
import { deserialize, serialize } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { encodeValue } from '../../../src/store/values/artifacts';
import { v8 } from '../../../src/store/values/codecs/v8';
import { walk } from '../../../src/store/values/digest';
import { readOnce } from '../../../src/store/values/reading';
import { difference } from '../helpers/identical';
import { tangles, values } from '../helpers/values';

const digest = (value: unknown) => walk(value).digest;
const message = (value: unknown): string => {
  try {
    walk(value, 'scores');
  } catch (error) {
    expect(error).toMatchObject({ code: 'FLOW_ARTIFACT_UNSTORABLE', exit: 1 });
    return (error as Error).message;
  }
  throw new Error('it was stored');
};

describe('values that code cannot tell apart have one digest', () => {
  test('whatever they are, after a round trip through v8', () => {
    // Errors, and objects without prototype, are what v8 changes.
    const plain = values.filter((value) => !walk(value).special);
    fc.assert(
      fc.property(plain, (value) => {
        expect(digest(v8.decode(v8.encode(value, undefined), ''))).toBe(digest(value));
      }),
      { numRuns: 300 },
    );
  });

  test('where v8 writes other bytes', () => {
    const [, ...tail] = [0.5, 1, 2, 3];
    const pairs: [unknown, unknown][] = [
      // Small integers, and integers among doubles.
      [[1, 2, 3], tail],
      // One byte for a character, and two.
      [['abc'], ['\u20acabc'.slice(1)]],
      // A row's shape, and a dictionary.
      [{ a: 1, b: 2 }, Object.assign(Object.fromEntries([['a', 1]]), { b: 2 })],
    ];
    const rows = Array.from({ length: 50 }, (_, i) => ({ i, half: i / 2, title: `film ${i}` }));
    pairs.push([rows, deserialize(serialize(rows))]);
    for (const [a, b] of pairs) expect(digest(b)).toBe(digest(a));
    expect(serialize(pairs[3]?.[0]).equals(serialize(pairs[3]?.[1]))).toBe(false);
  });

  // biome-ignore-start lint/suspicious/noSparseArray: holes are what is tested
  test('objects of another realm', () => {
    const foreign = runInNewContext(
      `({ list: [1, , 3], map: new Map([['k', new Date(0)]]), set: new Set([/x/g]), n: null, error: 1n })`,
    );
    const own = {
      list: [1, , 3],
      map: new Map([['k', new Date(0)]]),
      set: new Set([/x/g]),
      n: null,
      error: 1n,
    };
    expect(digest(foreign)).toBe(digest(own));
  });
  // biome-ignore-end lint/suspicious/noSparseArray: holes are what is tested

  test('every NaN is one NaN', () => {
    const other = new Float64Array(new BigUint64Array([0xfff8000000000123n]).buffer)[0];
    expect(digest([other])).toBe(digest([Number.NaN]));
  });

  test('typed arrays, wherever they lie in memory', () => {
    const inTheMiddle = new Uint8Array([9, 9, 1, 2, 9]).subarray(2, 4);
    expect(digest([inTheMiddle])).toBe(digest([Uint8Array.of(1, 2)]));
  });
});

const HANDED_OVER = 'whose memory was handed over to another thread; copy it before';
/** Bytes, as they are left behind by `postMessage(it, [it])`. */
function handedOver(): ArrayBuffer {
  const memory = new ArrayBuffer(8);
  structuredClone(memory, { transfer: [memory] });
  return memory;
}

test('two values have one digest exactly where code cannot tell them apart', () => {
  // Small ones, so that equal ones meet.
  const small = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 2 }, fc.constantFrom(0, -0, '', undefined, null, false), tie('container')),
    container: fc.oneof(
      fc.array(tie('value'), { maxLength: 2 }),
      fc.array(tie('value'), { maxLength: 2 }).map((items) => {
        delete items[0];
        return items;
      }),
      fc.array(tie('value'), { maxLength: 1 }).map((items) => Object.assign(items, { a: 0 })),
      fc.dictionary(fc.constantFrom('a', 'b'), tie('value'), { maxKeys: 2 }),
      fc.array(tie('value'), { maxLength: 2 }).map((items) => new Set(items)),
      fc.array(fc.tuple(fc.constantFrom('a', 'b'), tie('value')), { maxLength: 2 }).map((e) => new Map(e)),
      tie('value').map((v) => [v, v]),
      fc.uint8Array({ maxLength: 1 }),
      fc.uint8Array({ maxLength: 1 }).map((b) => Buffer.from(b)),
    ),
  })).value;
  fc.assert(
    fc.property(small, small, (a, b) => {
      expect(digest(a) === digest(b)).toBe(difference(a, b) === undefined);
    }),
    { numRuns: 2000 },
  );
});

describe('values that code can tell apart have two digests', () => {
  const shared = { x: 1 };
  const cyclic: unknown[] = [];
  cyclic.push(cyclic);
  const cyclicTwice: unknown[] = [[]];
  (cyclicTwice[0] as unknown[]).push(cyclicTwice);
  const error = (Class: ErrorConstructor, extra: object = {}, options?: ErrorOptions) =>
    Object.assign(new Class('m', options), { stack: 'the same' }, extra);

  test.each<[string, unknown, unknown]>([
    ['the order of keys', { a: 1, b: 2 }, { b: 2, a: 1 }],
    ['0 and -0', 0, -0],
    ['NaN and null', Number.NaN, null],
    ['a number and its text', 1, '1'],
    ['a number and a bigint', 1, 1n],
    ['a bigint and its negative', 1n, -1n],
    ['true and 1', true, 1],
    ['undefined and null', undefined, null],
    ['an absent property and an undefined one', {}, { a: undefined }],
    // biome-ignore lint/suspicious/noSparseArray: the hole is what is tested
    ['a hole and undefined', [, 1], [undefined, 1]],
    ['a hole at the end', [1], Object.assign([1], { length: 2 })],
    ['shared references and copies', [shared, shared], [shared, { x: 1 }]],
    ['which object is shared', [[1], [1], 0].map((_, i, a) => a[i % 2]), [[1], [1], [1]]],
    ['cycles of one and of two', cyclic, cyclicTwice],
    [
      'the order of a Map',
      new Map([
        ['a', 1],
        ['b', 2],
      ]),
      new Map([
        ['b', 2],
        ['a', 1],
      ]),
    ],
    ['the order of a Set', new Set([1, 2]), new Set([2, 1])],
    ['a Map and a Set', new Map(), new Set()],
    ['a Map and an object', new Map([['a', 1]]), { a: 1 }],
    ['an array and an object', ['x'], { 0: 'x' }],
    ['an array and one with a property', [1], Object.assign([1], { a: 1 })],
    ['whose property it is', [Object.assign([], { a: 1 })], Object.assign([[]], { a: 1 })],
    ['how arrays nest', [[1], 2], [[1, 2]]],
    ['a null prototype', Object.create(null), {}],
    ['a Buffer and a Uint8Array', [Buffer.of(1)], [Uint8Array.of(1)]],
    ['a Buffer and a Uint8Array at the top', Buffer.of(1), Uint8Array.of(1)],
    ['Uint8Array and Int8Array', [Uint8Array.of(1)], [Int8Array.of(1)]],
    ['an ArrayBuffer and its view', [new ArrayBuffer(2)], [new Uint8Array(2)]],
    ['lone surrogates', '\ud800', '\ud801'],
    ['a lone surrogate and what UTF-8 makes of it', '\ud800', '\ufffd'],
    ['a boxed number and a number', Object(1), 1],
    ['a boxed number and a boxed string', Object(1), Object('1')],
    ['a Date and its time', new Date(5), 5],
    ['an invalid Date and the first', new Date(Number.NaN), new Date(0)],
    ['the flags of a RegExp', /a/, /a/g],
    ['a RegExp and its text', /a/, '/a/'],
    ['the message of an error', error(Error), Object.assign(error(Error), { message: 'other' })],
    ['the class of an error', error(Error), error(TypeError)],
    ['its class and its name', error(TypeError), error(Error, { name: 'TypeError' })],
    ['the cause of an error', error(Error), error(Error, {}, { cause: 1 })],
    ['a cause that is undefined', error(Error), error(Error, {}, { cause: undefined })],
    ['the own properties of an error', error(Error), error(Error, { code: 'E' })],
    ['an error and an object', error(Error), { name: 'Error', message: 'm', stack: 'the same' }],
    ['the errors of an AggregateError', new AggregateError([1]), new AggregateError([2])],
  ])('%s', (_, a, b) => {
    expect(digest(a)).not.toBe(digest(b));
  });
});

/** Undefined where JSON cannot say it: bigints and cycles throw. */
function toJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

describe('a walk says what it saw', () => {
  test('plain, where JSON gives the very same value back', () => {
    fc.assert(
      fc.property(fc.oneof(values, fc.jsonValue()), (value) => {
        const text = toJson(value);
        // `__proto__` survives JSON, but not every way to read it.
        if (text?.includes('__proto__')) return;
        const survives = text !== undefined && difference(value, JSON.parse(text)) === undefined;
        expect(walk(value).plain).toBe(survives);
      }),
      { numRuns: 300, examples: [[[{ toJSON: '' }]]] },
    );
  });

  test('special, where v8 would change it', () => {
    fc.assert(
      fc.property(fc.oneof(values, tangles), (value) => {
        const { special } = walk(value);
        if (!special) expect(difference(value, deserialize(serialize(value)))).toBeUndefined();
      }),
    );
    expect(walk([new Map([[new Error('x'), 1]])]).special).toBe(true);
    expect(walk({ a: Object.create(null) }).special).toBe(true);
  });

  test('the size grows with the value', () => {
    expect(walk('x'.repeat(1000)).size).toBeGreaterThan(1000);
    expect(walk(new Float64Array(1000)).size).toBeGreaterThan(8000);
  });

  test('strings and objects larger than its buffer', () => {
    const long = ['x'.repeat(7000), 'y'.repeat(70_000), '\ud800'.repeat(40_000), 'é'.repeat(3000)];
    const digests = long.map((s) => digest([s, s.length]));
    expect(new Set(digests).size).toBe(4);
    expect(digest([`${'y'.repeat(69_999)}z`])).not.toBe(digest(['y'.repeat(70_000)]));
  });
});

describe('what cannot be stored is named by its path', () => {
  class Point {
    x = 1;
  }
  class Scores extends Array<number> {}
  class Grid extends Float64Array {}
  class Plan {
    pipe() {}
  }
  class Blob2 extends Buffer {}
  class Table extends Map {}
  const memory = new ArrayBuffer(8);
  const node = Buffer.alloc(8);
  const own = <T extends object>(target: T, extra: object) => Object.assign(target, extra);
  const big = new Float64Array(5000);
  const midSearch = /a/g;
  midSearch.test('a');

  test.each<[unknown, string]>([
    [() => 1, 'scores is a function; store what it computes instead'],
    [{ f: function area() {} }, 'scores.f is a function (area); store what it computes instead'],
    [[1, { s: Symbol('x') }], 'scores[1].s is a symbol; use a string'],
    [{ p: Promise.resolve(1) }, 'scores.p is a Promise; await it first'],
    [
      { 'Major Genre': new Point() },
      `scores["Major Genre"] is a Point, a class that no codec stores: say how, as flow('…', { codecs: [instance(Point)] }), or return plain data`,
    ],
    [
      [new ReadableStream()],
      'scores[0] is a ReadableStream, which can be read once; return what it gives, or write it into a file and return file(path)',
    ],
    [
      Readable.from(['a']),
      'scores is a Readable, which can be read once; return what it gives, or write it into a file and return file(path)',
    ],
    [
      new Plan(),
      `scores is a Plan, a class that no codec stores: say how, as flow('…', { codecs: [instance(Plan)] }), or return plain data`,
    ],
    [
      Object.defineProperty(new Plan(), 'kept', { value: 1 }),
      `scores is a Plan, a class that no codec stores: say how, as flow('…', { codecs: [instance(Plan, { encode, decode })] }), or return plain data`,
    ],
    [
      new (class {})(),
      `scores is an object of a class without a name, which no codec stores: give the class a name, and say how, as flow('…', { codecs: [instance(ItsName)] }), or return plain data`,
    ],
    [new FormData(), 'scores is a FormData, which is not stored; return its entries: [...form.entries()]'],
    [new AbortController(), 'scores is an AbortController, which is not stored; return what you need of it'],
    [
      [new AbortController().signal],
      'scores[0] is an AbortSignal, which is not stored; return what you need of it',
    ],
    [new TextDecoder(), 'scores is a TextDecoder, which is not stored; return what you need of it'],
    [
      new Intl.NumberFormat('de'),
      'scores is an Intl.NumberFormat, which is not stored; return its options, it.resolvedOptions(), or make it in the step that needs it',
    ],
    [new Scores(3), 'scores is a Scores, a subclass of Array; use Array.from() on it'],
    [
      { a: new Grid(3) },
      `scores.a is a Grid, a class that no codec stores: say how, as flow('…', { codecs: [instance(Grid, { encode, decode })] }), or return plain data`,
    ],
    [
      Blob2.from('x') && Object.setPrototypeOf(Buffer.from('x'), Blob2.prototype),
      `scores is a Blob2, a class that no codec stores: say how, as flow('…', { codecs: [instance(Blob2, { encode, decode })] }), or return plain data`,
    ],
    [
      new Table(),
      `scores is a Table, a class that no codec stores: say how, as flow('…', { codecs: [instance(Table, { encode, decode })] }), or return plain data`,
    ],
    [new Proxy({}, {}), 'scores is a Proxy; copy it into a plain object first'],
    [new Proxy([], {}), 'scores is a Proxy; copy it into a plain object first'],
    [{ w: new WeakMap() }, 'scores.w is a WeakMap, whose keys nobody can list; use a Map'],
    [new WeakSet(), 'scores is a WeakSet, whose items nobody can list; use a Set'],
    [new WeakRef({}), 'scores is a WeakRef, which may lose what it refers to; return that'],
    [{ [Symbol('k')]: 1 }, 'scores has a symbol key (Symbol(k)); use a string key'],
    [own([1], { [Symbol('k')]: 1 }), 'scores has a symbol key (Symbol(k)); use a string key'],
    [own(new Error('x'), { [Symbol('k')]: 1 }), 'scores has a symbol key (Symbol(k)); use a string key'],
    [
      own(new Map(), { unit: 'kg' }),
      'scores is a Map with a property of its own ("unit"), which would be lost',
    ],
    [
      own(new Date(0), { zone: 'UTC' }),
      'scores is a Date with a property of its own ("zone"), which would be lost',
    ],
    [own(Object('ab'), { c: 1 }), 'scores is a String with a property of its own ("c"), which would be lost'],
    [
      { a: own(Int8Array.of(1, 2), { unit: 'kg' }) },
      'scores.a is an Int8Array with a property of its own ("unit"), which would be lost',
    ],
    [
      own(big, { unit: 'kg' }),
      'scores is a Float64Array with a property of its own ("unit"), which would be lost',
    ],
    [
      own(new ArrayBuffer(1), { unit: 'kg' }),
      'scores is an ArrayBuffer with a property of its own ("unit"), which would be lost',
    ],
    [
      own(Buffer.of(1), { unit: 'kg' }),
      'scores is a Buffer with a property of its own ("unit"), which would be lost',
    ],
    [midSearch, 'scores is a RegExp in mid-search: set its lastIndex to 0'],
    [
      { a: new Uint8Array(memory), b: new Uint8Array(memory) },
      'scores.b shares its memory with another part of the value; copy one of them',
    ],
    [
      { a: memory, b: new DataView(memory, 2) },
      'scores.b shares its memory with another part of the value; copy one of them',
    ],
    [
      { a: new Uint8Array(memory, 0, 2), b: new Uint8Array(memory, 4, 2) },
      'scores.b shares its memory with another part of the value; copy one of them',
    ],
    [
      [node.subarray(0, 4), node.subarray(4), node.subarray(3, 5)],
      'scores[2] shares its memory with another part of the value; copy one of them',
    ],
    [
      [node, new Uint8Array(node.buffer, node.byteOffset, 8)],
      'scores[1] shares its memory with another part of the value; copy one of them',
    ],
    [new SharedArrayBuffer(1), 'scores is a SharedArrayBuffer; copy it into an ArrayBuffer'],
    [[new Uint8Array(new SharedArrayBuffer(1))], 'scores[0] is a Uint8Array in a SharedArrayBuffer; copy it'],
    [(function* () {})(), 'scores is an iterator, which can be read once; return a list: [...it]'],
    [[][Symbol.iterator](), 'scores is an iterator, which can be read once; return a list: [...it]'],
    [Object.create({ inherited: 1 }), 'scores inherits from another object; copy it into a plain object'],
    [Object.create(Map.prototype), 'scores is a Map, which is not stored; return what you need of it'],
    [Object(1n), 'scores is a BigInt, which is an object around the number; use it.valueOf()'],
    [handedOver(), `scores is an ArrayBuffer ${HANDED_OVER}`],
    [{ rows: handedOver() }, `scores.rows is an ArrayBuffer ${HANDED_OVER}`],
    [Object(Symbol('x')), 'scores is a Symbol, which is like no other; use a string'],
    [
      (function (..._: unknown[]) {
        // biome-ignore lint/complexity/noArguments: it is what is refused
        return arguments;
      })(1),
      'scores is an arguments object; use an array',
    ],
    [new Map([['title', () => 1]]), 'scores<"title"> is a function; store what it computes instead'],
    [
      new Map<unknown, unknown>([
        [1, 1],
        [{}, { deep: () => 1 }],
      ]),
      'scores<entry 1>.deep is a function (deep); store what it computes instead',
    ],
    [
      new Map<unknown, unknown>([
        [1, 1],
        [{ deep: [Symbol('x')] }, 1],
      ]),
      'scores<key 1>.deep[0] is a symbol; use a string',
    ],
    [new Set([0, { a: Symbol('x') }]), 'scores<item 1>.a is a symbol; use a string'],
    [{ '<a>': Symbol('x') }, 'scores["<a>"] is a symbol; use a string'],
    [new Error('x', { cause: { by: Symbol('x') } }), 'scores.cause.by is a symbol; use a string'],
    [
      own(new Error('x'), { retry: () => 1 }),
      'scores.retry is a function (retry); store what it computes instead',
    ],
    [own([1, 2], { extra: Symbol('x') }), 'scores.extra is a symbol; use a string'],
  ])('%#', (value, why) => {
    expect(message(value)).toBe(`The artifact scores cannot be stored: ${why}.`);
    expect(() => encodeValue('scores', value)).toThrow(`The artifact scores cannot be stored: ${why}.`);
  });

  test('what lies side by side in the pool of Buffers is nobody’s business', () => {
    const pooled = [Buffer.from('one'), Buffer.from('two'), Buffer.from('three')];
    expect(new Set(pooled.map((b) => b.buffer)).size).toBe(1);
    expect(digest(pooled)).toBe(
      digest(pooled.map((b) => Buffer.concat([Buffer.alloc(5000), b]).subarray(5000))),
    );
    const whole = Buffer.alloc(30_000);
    const rows = Array.from({ length: 3000 }, (_, i) =>
      whole.subarray(((i * 7) % 3000) * 10).subarray(0, 10),
    );
    expect(digest(rows)).toHaveLength(64);
  });

  test('what is nested too deeply', () => {
    let deep: unknown = 1;
    for (let i = 0; i < 100_000; i++) deep = { a: deep };
    const text = message(deep);
    expect(text).toMatch(
      /^The artifact scores cannot be stored: scores(\.a){12}…(\.a){12} is nested too deeply to be stored\.$/,
    );
  });

  test('a getter that throws is not called nested too deeply', () => {
    const value = {
      get total(): number {
        throw new RangeError('no rows');
      },
    };
    expect(() => readOnce(value)).toThrow('no rows');
  });
});

test('an error is the same wherever it was made: its stack does not count', () => {
  const made = (stack: string) => Object.assign(new TypeError('m', { cause: new Error('c') }), { stack });
  expect(walk(made('here')).digest).toBe(walk(made('there')).digest);
  const other = Object.assign(new TypeError('n', { cause: new Error('c') }), { stack: 'here' });
  expect(walk(made('here')).digest).not.toBe(walk(other).digest);
});
