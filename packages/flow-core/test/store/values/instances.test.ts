/** Instances inside of values: codecs at any depth, and `instance()`. */
import fc from 'fast-check';
import { z } from 'zod';
import { client, flow, type InstanceCodec, instance } from '../../../src';
import type { AnyCodec, Codec } from '../../../src/definition/codec';
import { MemoryCas } from '../../../src/store/cas/memory-cas';
import {
  decodeArtifact,
  encodeArtifact,
  encodeLater,
  encodeValue,
  isBuiltIn,
} from '../../../src/store/values/artifacts';
import { typeOf } from '../../../src/store/values/type-of';
import { Runner } from '../../../src/testing';
import { MemoryEngine } from '../../kit/memory';

class Point {
  constructor(
    readonly x: number,
    readonly y: number,
  ) {}
  get norm(): number {
    return Math.hypot(this.x, this.y);
  }
}
class Line {
  next: Line | undefined;
  constructor(
    public from: Point,
    public to: Point,
  ) {}
}
/** Gives bytes, and hides what it holds. */
class Price {
  readonly #cents: bigint;
  constructor(cents: bigint) {
    this.#cents = cents;
  }
  get cents(): bigint {
    return this.#cents;
  }
}
class Forest {
  trees = 3;
  toJSON() {
    return { trees: this.trees, grown: new Date(0) };
  }
  static fromJSON({ trees }: { trees: number }) {
    return Object.assign(new Forest(), { trees });
  }
}

const price: Codec<Price> = {
  id: 'price',
  version: 1,
  match: (value) => value instanceof Price,
  encode: ({ cents }) => Buffer.from(String(cents)),
  decode: (bytes) => new Price(BigInt(Buffer.from(bytes).toString())),
};
const codecs: readonly AnyCodec[] = [instance(Point), instance(Line), price, instance(Forest)];

async function again<T>(value: T, by: readonly AnyCodec[] = codecs): Promise<T> {
  const cas = new MemoryCas();
  return decodeArtifact(await encodeArtifact('a', value, cas, by), cas, by) as T;
}
const digestOf = (value: unknown, by = codecs) => encodeValue('a', value, by).digest();

test('an instance comes back wherever it lies', async () => {
  const key = new Point(0, 1);
  const value = {
    rows: [{ price: new Price(5n), at: new Point(1, 2) }],
    map: new Map<unknown, unknown>([[key, new Price(7n)]]),
    set: new Set<unknown>([key]),
    inError: Object.assign(new Error('no'), { at: key }),
    bare: Object.assign(Object.create(null), { forest: new Forest() }),
    get lazy() {
      return new Point(5, 6);
    },
  };
  const copy = await again(value);
  expect(copy).toEqual({ ...value, lazy: new Point(5, 6) });
  expect(copy.rows[0]?.price).toBeInstanceOf(Price);
  expect(copy.rows[0]?.price.cents).toBe(5n);
  expect(copy.rows[0]?.at.norm).toBe(Math.hypot(1, 2));
  expect(copy.bare.forest).toBeInstanceOf(Forest);
  const [again0] = copy.map.keys();
  expect([copy.set.has(again0), copy.inError.at === again0]).toEqual([true, true]);
});

test('instances hold others, share them, and may hold themselves', async () => {
  const shared = new Point(1, 1);
  const line = new Line(shared, shared);
  line.next = line;
  const copy = await again({ line, shared });
  expect(copy.line).toBeInstanceOf(Line);
  expect(copy.line.next).toBe(copy.line);
  expect(copy.line.from).toBe(copy.shared);
  expect(copy.line.to).toBe(copy.shared);
  expect((await again(line)).next?.from.norm).toBe(Math.SQRT2);
});

/** Random values of everything that is stored, with instances anywhere in them, and parts that are in two places. */
const values = fc.letrec<{ value: unknown; instance: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom<unknown>(undefined, null, -0, Number.NaN, 7n, true, '', 'ä\ud800'),
    fc.string(),
    fc.double(),
    fc.date({ noInvalidDate: true }),
    fc.uint8Array({ maxLength: 9 }),
    tie('instance'),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(tie('value'), { maxLength: 3 }).map(([a, b]) => [a, b, a]),
    fc.dictionary(fc.string(), tie('value'), { maxKeys: 4 }),
    fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 3 }).map((entries) => new Map(entries)),
    fc.array(tie('value'), { maxLength: 3 }).map((items) => new Set(items)),
    tie('value').map((cause) => new Error('no', { cause })),
  ),
  instance: fc.oneof(
    fc.tuple(tie('value'), tie('value')).map(([x, y]) => new Point(x as number, y as number)),
    fc.bigInt().map((cents) => new Price(cents)),
    tie('value').map((trees) => Object.assign(new Forest(), { trees })),
    tie('value').map((next) => {
      const line = new Line(new Point(0, 0), new Point(1, 1));
      line.next = next === null ? line : (next as Line);
      return line;
    }),
  ),
})).value;

test('random values with instances come back equal, with equal digests', async () => {
  // A run of 10,000: NX_FLOW_RUNS=10000.
  const numRuns = Number(process.env.NX_FLOW_RUNS ?? 150);
  await fc.assert(
    fc.asyncProperty(values, async (value) => {
      const copy = await again(value);
      expect(copy).toEqual(value);
      expect(digestOf(copy)).toBe(digestOf(value));
      expect(typeOf(copy)).toBe(typeOf(value));
    }),
    { numRuns },
  );
});

test('what an instance becomes out of what it holds cannot hold itself, and the path is told', () => {
  class Node {
    self: unknown;
  }
  const node = new Node();
  node.self = [node];
  const by = [
    instance(Node, { encode: ({ self }) => ({ self }), decode: (data) => Object.assign(new Node(), data) }),
  ];
  expect(() => encodeValue('a', { node }, by)).toThrow(
    'The artifact a cannot be stored: a.node.self[0] refers to an instance that holds it, and that its codec makes out of what it holds.',
  );
});

test('what an instance becomes out of what it holds cannot lead back to what holds it, and the path is told', () => {
  class Index {
    constructor(readonly of: unknown) {}
  }
  const by = [instance(Index, { encode: (it) => [it.of], decode: ([of]) => new Index(of) })];
  const map = new Map<string, unknown>([['a', 1]]);
  map.set('index', new Index(map));
  const shared = { n: 1 };
  const back: Record<string, unknown> = {};
  const through = { back, index: new Index(back) };
  back.through = through;
  for (const [value, path] of [
    [map, 'a<"index">[0]'],
    [{ back, through }, 'a.back.through.index[0]'],
    [[[shared], new Index(back)], 'a[1][0].through.index[0]'],
  ] as const)
    expect(() => encodeValue('a', value, by)).toThrow(
      `The artifact a cannot be stored: ${path} leads back to an instance that holds it, and that its codec makes out of what it holds.`,
    );
  // What is whole by then may lie in many places, and in cycles of its own.
  const cycle: Record<string, unknown> = { shared };
  cycle.self = [cycle];
  const fine = {
    cycle,
    all: [new Index(cycle), new Index(new Index([shared, cycle]))],
    last: new Index({ cycle }),
  };
  expect(() => encodeValue('a', fine, by)).not.toThrow();
});

test('a property of its own on a class of the web is not lost without a word', async () => {
  for (const [value, kind] of [
    [new URL('http://a.b'), 'a URL'],
    [new URLSearchParams('a=1'), 'a URLSearchParams'],
    [new Headers(), 'a Headers'],
    [new Blob(['a']), 'a Blob'],
  ] as const)
    await expect(
      (async () => encodeLater('a', { at: Object.assign(value, { tag: 1 }) }, []))(),
    ).rejects.toThrow(
      `The artifact a cannot be stored: a.at is ${kind} with a property of its own ("tag"), which would be lost.`,
    );
});

test('digests tell values, classes and codecs apart, and equal ones are equal', () => {
  const values = [
    [new Point(1, 2)],
    [new Point(2, 1)],
    [{ x: 1, y: 2 }],
    [new Price(1n)],
    [new Price(2n)],
    [Buffer.from('1')],
    [new Forest()],
  ];
  expect(new Set(values.map((value) => digestOf(value))).size).toBe(values.length);
  expect(digestOf([new Point(1, 2)])).toBe(digestOf([new Point(1, 2)]));
  const rounded: Codec<Price> = { ...price, digest: ({ cents }) => String(cents / 10n) };
  expect(digestOf([new Price(51n)], [rounded])).toBe(digestOf([new Price(52n)], [rounded]));
  expect(digestOf([new Price(51n)], [rounded])).not.toBe(digestOf([new Price(61n)], [rounded]));
});

test('plain data is what it was: the codecs are not asked, and an older nx-flow reads it', () => {
  const asked: unknown[] = [];
  const curious: Codec<never> = {
    ...(price as Codec<never>),
    match(value) {
      asked.push(value);
      return false;
    },
  };
  const plain = { list: [1, 'two', { three: [3] }], map: new Map([['a', [new Date(0)]]]) };
  const encoded = encodeValue('a', plain, [curious]);
  expect(asked).toEqual([plain, plain.map, new Date(0)]);
  expect(encoded.meta).toMatchObject({ codec: 'v8', version: 1 });
  expect(encoded.digest()).toBe(encodeValue('a', plain).digest());
  expect(encodeValue('a', { at: new Point(1, 2) }, codecs).meta).toMatchObject({ codec: 'v8', version: 3 });
});

test('every flow can store the classes of the web, and read them without its file', async () => {
  const headers = new Headers([
    ['accept', 'text/html'],
    ['set-cookie', 'a=1'],
    ['set-cookie', 'b=2'],
  ]);
  const value = { at: new URL('http://a.b/c?d=é#f'), given: new URLSearchParams('a=1&a=2'), headers };
  const cas = new MemoryCas();
  const record = await encodeArtifact('a', [value, value.at], cas);
  expect([record.version, isBuiltIn(record)]).toEqual([2, true]);
  const [copy, url] = decodeArtifact(record, cas) as [typeof value, URL];
  expect(copy.at).toBe(url);
  expect([url instanceof URL, url.href]).toEqual([true, value.at.href]);
  expect([...copy.given]).toEqual([...value.given]);
  expect([...copy.headers]).toEqual([...headers]);
  expect((await again(value.at)).href).toBe(value.at.href);
});

describe('bytes that come later', () => {
  const slow: Codec<Price> = {
    ...price,
    async *encode({ cents }) {
      for (const digit of String(cents)) {
        await Promise.resolve();
        yield Buffer.from(digit);
      }
    },
  };
  const promised: Codec<Price> = {
    ...price,
    encode: async ({ cents }) => Buffer.from(String(cents)),
  };

  test.each([
    ['a stream', slow],
    ['a promise', promised],
    ['a promise of a stream', { ...slow, encode: async (value: Price) => slow.encode(value) as never }],
  ])('%s: whole or inside, they are those of the moment at which the step returned', async (_, codec) => {
    const by = [codec, instance(Point)];
    expect((await again(new Price(1234n), by)).cents).toBe(1234n);
    const rows = [{ price: new Price(12n), at: new Point(1, 2) }];
    const later = encodeLater('a', rows, by);
    (rows[0] as { at: unknown }).at = 'changed';
    const encoded = await later;
    expect(encoded.value).toEqual([{ price: new Price(12n), at: new Point(1, 2) }]);
    expect(encoded.digest()).toBe(
      digestOf([{ price: new Price(12n), at: new Point(1, 2) }], [price, instance(Point)]),
    );
  });

  test('run, spin, resume and a foreach wait for them, and their order stays', async () => {
    const f = flow('later', { codecs: [slow] });
    const start = f.start(() => ({
      first: new Price(1n),
      list: [{ p: new Price(2n) }, { p: new Price(3n) }],
      last: 1,
    }));
    const each = f.foreach('each', { after: start, over: 'list' }, ({ self, input }) => ({
      sum: new Price(self.first.cents + input.p.cents),
    }));
    const all = f.join('all', { after: each }, ({ inputs }) => ({
      sums: inputs.map(({ sum }) => sum.cents),
    }));
    const flowOf = f.end(all);
    const engine = new MemoryEngine();
    const ran = await engine.run(flowOf);
    expect(ran.error).toBeUndefined();
    expect((await engine.after(ran, 'all')).sums).toEqual([3n, 4n]);
    const spun = await engine.spin(flowOf, 'start');
    expect(spun.artifacts.map(({ name, change }) => [name, change])).toEqual([
      ['first', 'same'],
      ['list', 'same'],
      ['last', 'same'],
    ]);
    expect((await engine.after(await engine.resume(flowOf, ran.run, 'all'), 'all')).sums).toEqual([3n, 4n]);
  });

  test('they may be given to a spin, and be parameters', async () => {
    const f = flow('given', {
      codecs: [slow],
      params: { least: z.coerce.bigint().transform((cents) => new Price(cents)) },
    });
    const start = f.start(({ params }) => ({ at: params.least }));
    const next = f.step('next', { after: start }, ({ self, params }) => ({
      sum: self.at.cents + params.least.cents,
    }));
    const flowOf = f.end(next);
    const engine = new MemoryEngine();
    const ran = await engine.run(flowOf, { params: { least: '2' } });
    expect(ran.error).toBeUndefined();
    const spun = await engine.spin(flowOf, 'next', { set: { at: new Price(40n) } });
    expect(spun.artifacts[0]?.value).toBe(42n);
    const runner = new Runner(flowOf);
    try {
      const { artifacts } = await runner.spin(next, {
        artifacts: { at: new Price(1n) },
        params: { least: 1n as never },
      });
      expect(artifacts.sum).toBe(2n);
    } finally {
      await runner.dispose();
    }
  });

  test('a Blob and a File are stored by every flow', async () => {
    const blob = new Blob(['abc'], { type: 'text/plain' });
    const file = new File([new Uint8Array([1, 2])], 'ä.bin', { type: 'x/y', lastModified: 5 });
    const [one, [two]] = await again<[Blob, [File]]>([blob, [file]], []);
    expect([one instanceof Blob, one.type, await one.text()]).toEqual([true, 'text/plain', 'abc']);
    expect([two instanceof File, two.name, two.type, two.lastModified]).toEqual([true, 'ä.bin', 'x/y', 5]);
    expect(new Uint8Array(await two.arrayBuffer())).toEqual(new Uint8Array([1, 2]));
    expect((await again(blob, [])).size).toBe(3);
  });

  test.each<[string, Codec<Price>['encode'], string]>([
    ['a rejection', () => Promise.reject(new Error('no')), 'encode() threw: no.'],
    [
      'a stream that throws',
      async function* () {
        yield Buffer.alloc(1);
        throw new Error('no');
      },
      'encode() threw: no.',
    ],
    ['no bytes', async () => 5 as never, 'encode() gave number, not a Uint8Array.'],
    [
      'other pieces',
      async function* () {
        yield 'text' as never;
      },
      'encode() gave pieces that are string, not Uint8Arrays.',
    ],
  ])('%s is told with the path', async (_, encode, why) => {
    await expect(encodeLater('a', [new Price(1n)], [{ ...price, encode }])).rejects.toMatchObject({
      code: 'FLOW_ARTIFACT_UNSTORABLE',
      message: `The artifact a cannot be stored: a[0] has the codec "price", whose ${why}`,
    });
  });

  test('where nobody can wait, one sentence says so', () => {
    for (const value of [new Price(1n), [new Price(1n)]])
      expect(() => encodeValue('a', value, [slow])).toThrow(
        expect.objectContaining({ code: 'FLOW_CODEC_ASYNC' }),
      );
  });
});

test('what is read of an instance is of one moment', () => {
  const point = { ...new Point(1, 2) };
  const mutable = Object.assign(Object.create(Point.prototype), point);
  const encoded = encodeValue('a', { at: mutable }, codecs);
  mutable.x = 100;
  expect(encoded.value).toEqual({ at: new Point(1, 2) });
});

test('run, spin, resume, a foreach, Runner and client have instances', async () => {
  const f = flow('map', { codecs });
  const start = f.start(() => ({ list: [{ at: new Point(3, 4) }, { at: new Point(6, 8) }] }));
  const next = f.foreach('next', { after: start, over: 'list' }, ({ input }) => ({
    norm: input.at.norm,
    moved: { to: new Point(input.at.x + 1, 0) },
  }));
  const all = f.join('all', { after: next }, ({ inputs }) => ({
    moved: inputs.map(({ moved }) => moved.to.norm),
  }));
  const flowOf = f.end(all);
  const engine = new MemoryEngine();
  const ran = await engine.run(flowOf);
  expect(ran.error).toBeUndefined();
  expect(await engine.after(ran, 'all')).toMatchObject({ moved: [4, 7] });
  const outcome = await engine.spin(flowOf, 'next', { index: [1] });
  expect(outcome.artifacts).toMatchObject([
    { name: 'norm', value: 10, change: 'same' },
    {
      name: 'moved',
      value: { to: new Point(7, 0) },
      change: 'same',
      preview: '{ to: Point { x: 7, y: 0 } }',
    },
  ]);
  const given = await engine.spin(flowOf, 'next', { set: { list: [{ at: new Point(0, 2) }] } });
  expect(given.artifacts[0]?.value).toBe(2);
  const resumed = await engine.resume(flowOf, ran.run, 'all');
  expect((await engine.after(resumed, 'all')).moved).toEqual([4, 7]);

  const task = await (await client(flowOf, { store: engine.store, namespace: null }).run(ran.run))
    .step(next)
    .task();
  expect((await task.artifacts.moved).to.norm).toBe(4);
  const byName = await client('map', { store: engine.store, namespace: null }).task('1/next/2');
  await expect(byName.artifacts.moved).rejects.toMatchObject({
    code: 'FLOW_CODEC_UNKNOWN',
    message: expect.stringContaining('"Point"'),
  });

  const runner = new Runner(flowOf);
  try {
    const spun = await runner.spin(next, { artifacts: { list: [{ at: new Point(5, 12) }] } });
    expect([spun.artifacts.norm, spun.artifacts.moved.to.norm]).toEqual([13, 6]);
  } finally {
    await runner.dispose();
  }
});

test('a newer codec reads what an older one stored; one that is gone, older, or of another kind says so', async () => {
  const cas = new MemoryCas();
  const stored = await encodeArtifact('a', [new Price(5n)], cas, [price]);
  const versions: number[] = [];
  const newer: Codec<Price> = {
    ...price,
    version: 2,
    decode(bytes, version) {
      versions.push(version);
      return price.decode(bytes, version);
    },
  };
  expect(decodeArtifact(stored, cas, [newer])).toEqual([new Price(5n)]);
  expect(versions).toEqual([1]);
  const newest = await encodeArtifact('a', [new Price(5n)], cas, [newer]);
  const other = instance(Price as never, { id: 'price', encode: String, decode: () => ({}) });
  for (const [record, by, code, says] of [
    [newest, [price], 'FLOW_ARTIFACT_UNREADABLE', 'Version 2 of the codec "price" stored this artifact'],
    [stored, [], 'FLOW_CODEC_UNKNOWN', 'The codec "price" is not known here'],
    [stored, [other], 'FLOW_ARTIFACT_UNREADABLE', 'The codec "price" has become one of another kind'],
  ] as const)
    expect(() => decodeArtifact(record, cas, by as readonly AnyCodec[])).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(says) }),
    );
});

const boom = () => {
  throw new Error('no');
};
test.each<[string, Partial<Codec<Price>>, string]>([
  [
    'match',
    { match: (v) => v instanceof Price && boom() },
    'was shown to the codecs of the flow, and match() of one threw: no.',
  ],
  ['encode', { encode: boom }, 'has the codec "price", whose encode() threw: no.'],
  [
    'encode',
    { encode: () => 'text' as never },
    'has the codec "price", whose encode() gave string, not a Uint8Array.',
  ],
  ['digest', { digest: boom }, 'has the codec "price", whose digest() threw: no.'],
  ['digest', { digest: () => 5 as never }, 'has the codec "price", whose digest() gave number, not a text.'],
])('what goes wrong in %s has the path, the codec and the reason', (_, wrong, why) => {
  expect(() => encodeValue('a', { rows: [{ price: new Price(1n) }] }, [{ ...price, ...wrong }])).toThrow(
    expect.objectContaining({
      code: 'FLOW_ARTIFACT_UNSTORABLE',
      message: `The artifact a cannot be stored: a.rows[0].price ${why}`,
    }),
  );
});

describe('instance()', () => {
  class Hidden {
    constructor() {
      Object.defineProperty(this, 'secret', { value: 1 });
    }
  }
  class Keyed {
    constructor() {
      Object.assign(this, { [Symbol('s')]: 1 });
    }
  }
  test.each<[string, object, InstanceCodec<never>, string]>([
    ['a hidden property', new Hidden(), instance(Hidden) as never, 'its property "secret" is hidden'],
    ['a symbol as a key', new Keyed(), instance(Keyed) as never, 'it has a symbol as a key (Symbol(s))'],
  ])('%s is not left out without a word', (_, value, codec, why) => {
    expect(() => encodeValue('a', [value], [codec])).toThrow(
      `The artifact a cannot be stored: a[0] has the codec "${codec.id}", whose properties are not all: ${why}.`,
    );
  });

  test('classes that hold more than properties are refused', () => {
    class Cash extends Price {}
    class Stack extends Array {}
    class Says {
      // A #hash in a comment, and one in a text.
      text = '#none';
    }
    expect(() => instance(Says)).not.toThrow();
    for (const [Class, why] of [
      [
        Price,
        'nobody outside of Price can see its private field #cents: give encode and decode, or toJSON() and a static fromJSON().',
      ],
      [Cash, 'nobody outside of Price can see its private field #cents'],
      [Stack, 'it extends Array, whose content is no property: give encode and decode.'],
      [Map, 'it extends Map, whose content is no property'],
    ] as const)
      expect(() => instance(Class as never)).toThrow(
        expect.objectContaining({
          code: 'FLOW_CODEC',
          message: expect.stringContaining(`instance(${Class.name}) cannot be: ${why}`),
        }),
      );
    expect(() => instance(Price, { encode: String })).toThrow('instance(Price) cannot be: decode is missing');
  });

  test('regular expressions and templates are no private fields, and hide none', () => {
    class Text {
      color = /^#f00[/#a]/;
      match(text: string, n = 4) {
        const half = { n }.n / 2 / (n + 1) / n;
        if (text) /[#b`]/.test(text);
        return `${half} #c ${`}#d${/}#e`/.test(text)}`} ${text.replace(/'#g/, '"#h') /* ` */}`;
      }
    }
    expect(() => instance(Text)).not.toThrow();
    class Tick {
      #one = 1;
      tick = /`/;
      one = () => this.#one;
      tock = [1, 2].length / 2 + Number(`${/`/.source}`);
    }
    class Late {
      tick = /[`/]/;
      ratio = (this.tick.lastIndex + 1) / 2;
      #two = 2;
      tock = /`/;
      two = () => this.#two;
    }
    for (const [Class, field] of [
      [Tick, '#one'],
      [Late, '#two'],
    ] as const)
      expect(() => instance(Class as never)).toThrow(`its private field ${field}`);
  });

  test('functions that are given store what nobody can see, and subclasses have a codec of their own', async () => {
    class Cash extends Price {}
    const by = [
      instance(Price, { encode: ({ cents }) => ({ cents }), decode: ({ cents }) => new Price(cents) }),
    ];
    expect((await again(new Price(3n), by)).cents).toBe(3n);
    expect(() => encodeValue('a', [new Cash(3n)], by)).toThrow('a[0] is a Cash');
    const both = [
      ...by,
      instance(Cash, { encode: ({ cents }) => cents, decode: (cents) => new Cash(cents) }),
    ];
    const [cash] = await again([new Cash(3n)], both);
    expect([cash instanceof Cash, cash?.cents]).toEqual([true, 3n]);
  });
});
