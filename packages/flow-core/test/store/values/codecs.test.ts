import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { FileCas } from '../../../src/store/cas/cas';
import { MemoryCas } from '../../../src/store/cas/memory-cas';
import { packArtifact, unpackArtifact } from '../../../src/store/rows/records';
import type { ArtifactRecord } from '../../../src/store/rows/rows';
import { decodeArtifact, encodeArtifact, INLINE_LIMIT } from '../../../src/store/values/artifacts';
import { typeOf } from '../../../src/store/values/type-of';
import { difference } from '../helpers/identical';
import { temporaryPlace } from '../helpers/place';
import { tangles, values } from '../helpers/values';

const memory = new MemoryCas();

/** As an artifact comes back: through the bytes that LevelDB holds. */
async function roundTrip(value: unknown, cas: MemoryCas | FileCas = memory) {
  const record = await encodeArtifact('value', value, cas);
  return { record, back: decodeArtifact(unpackArtifact(packArtifact(record)), cas) };
}

describe('what was stored comes back', () => {
  test.each([
    ['values of every kind', values],
    ['values with shared references and cycles', tangles],
  ])('%s, with the same digest when it is stored again', async (_, arbitrary) => {
    await fc.assert(
      fc.asyncProperty(arbitrary, async (value) => {
        const { record, back } = await roundTrip(value);
        expect(difference(value, back)).toBeUndefined();
        const again = await roundTrip(back);
        expect(again.record.digest).toBe(record.digest);
        expect(again.record).toMatchObject({ codec: record.codec, type: record.type });
      }),
      { numRuns: 400 },
    );
  });

  test('errors, with class, name, stack, cause and their own properties', async () => {
    const cause = Object.assign(new RangeError('inner'), { limit: 3n });
    const error = Object.assign(new TypeError('outer', { cause }), {
      code: 'E_OUTER',
      rows: new Map([[1, [cause]]]),
    });
    const { back } = (await roundTrip({ error })) as { back: { error: typeof error } };
    expect(difference({ error }, back)).toBeUndefined();
    expect(back.error).toBeInstanceOf(TypeError);
    expect(back.error.cause).toBeInstanceOf(RangeError);
    expect(back.error.stack).toBe(error.stack);
    expect(back.error.rows.get(1)?.[0]).toBe(back.error.cause);
    expect(Object.keys(back.error)).toEqual(['code', 'rows']);
  });

  test('errors of a class of one’s own as errors of its built-in class, with all that they said', async () => {
    class LoadError extends TypeError {
      readonly code = 'E_LOAD';
      override readonly name = 'LoadError';
    }
    const error = new LoadError('no such file');
    const { back } = (await roundTrip(error)) as { back: LoadError };
    expect(back).toBeInstanceOf(TypeError);
    expect(back).toMatchObject({
      name: 'LoadError',
      code: 'E_LOAD',
      message: 'no such file',
      stack: error.stack,
    });
    expect(Object.keys(back)).toEqual(Object.keys(error));
    expect(String(back)).toBe('LoadError: no such file');
  });

  test('errors that only call themselves something', async () => {
    const named = Object.assign(new Error('m'), { name: 'TypeError' });
    expect((await roundTrip(named)).back).not.toBeInstanceOf(TypeError);
    const bare = new Error('m');
    delete bare.stack;
    expect('stack' in ((await roundTrip(bare)).back as Error)).toBe('stack' in bare);
  });

  test('an AggregateError, with its errors', async () => {
    const error = new AggregateError([new TypeError('a'), { b: 1 }], 'two failed');
    const { back } = (await roundTrip(error)) as { back: AggregateError };
    expect(back).toBeInstanceOf(AggregateError);
    expect(back.errors[0]).toBeInstanceOf(TypeError);
    expect(difference(error, back)).toBeUndefined();
    expect(Object.keys(back)).toEqual([]);
  });

  test('an error that is its own cause', async () => {
    const error = new Error('round') as Error & { self: unknown };
    error.cause = error;
    error.self = [error];
    const { back } = (await roundTrip(error)) as { back: typeof error };
    expect(back.cause).toBe(back);
    expect((back.self as unknown[])[0]).toBe(back);
  });

  test('objects without prototype, in Maps, as keys, in cycles', async () => {
    const bare = Object.create(null);
    const map = new Map<unknown, unknown>([
      ['first', 1],
      [bare, bare],
      ['last', [bare]],
    ]);
    bare.map = map;
    bare.set = new Set([map, bare]);
    const { back } = (await roundTrip({ map })) as { back: { map: typeof map } };
    expect(difference({ map }, back)).toBeUndefined();
    const [, key] = [...back.map.keys()] as [string, typeof bare];
    expect(Object.getPrototypeOf(key)).toBeNull();
    expect(key.map).toBe(back.map);
    expect(key.set.has(key)).toBe(true);
  });

  test('a property called __proto__, beside errors too', async () => {
    const value = { list: [new Error('x')], own: JSON.parse('{"__proto__": {"polluted": true}}') };
    const { back } = (await roundTrip(value)) as { back: typeof value };
    expect(difference(value, back)).toBeUndefined();
    expect(back.own.polluted).toBeUndefined();
  });

  test('boxed strings beside errors', async () => {
    const value = [new Error('x'), Object('boxed')];
    expect(difference(value, (await roundTrip(value)).back)).toBeUndefined();
  });
});

describe('each reader has a copy of its own', () => {
  test.each([
    ['a Buffer', () => Buffer.from('bytes')],
    ['a typed array', () => Uint8Array.of(1, 2, 3)],
    ['an ArrayBuffer', () => Uint8Array.of(1, 2, 3).buffer],
    [
      'typed arrays in an object',
      () => ({ a: Uint8Array.of(1), b: Uint8Array.of(2), f: Float64Array.of(3) }),
    ],
    ['plain data', () => ({ a: [1, 2, 3] })],
    ['a Map', () => new Map([['a', 1]])],
  ])('%s', async (_, make) => {
    const written = make();
    const record = await encodeArtifact('value', written, memory);
    deface(written);
    const first = decodeArtifact(record, memory);
    expect(difference(first, make())).toBeUndefined();
    deface(first);
    expect(difference(decodeArtifact(record, memory), make())).toBeUndefined();
  });

  test('typed arrays come back with memory of their own, as they were', async () => {
    const value = {
      a: Uint8Array.of(1, 2),
      b: Int8Array.of(3),
      c: Float64Array.of(1, 2),
      d: new DataView(new ArrayBuffer(3)),
    };
    const { back } = (await roundTrip(value)) as { back: typeof value };
    for (const view of Object.values(back)) {
      expect([view.byteOffset, view.buffer.byteLength]).toEqual([0, view.byteLength]);
    }
  });
});

/** Writes over everything in a value that can be written. */
function deface(value: unknown): void {
  if (ArrayBuffer.isView(value)) new Uint8Array(value.buffer, value.byteOffset, value.byteLength).fill(255);
  else if (value instanceof Map) value.set('a', 'defaced').set('b', 'new');
  else if (Object.prototype.toString.call(value) === '[object ArrayBuffer]')
    new Uint8Array(value as ArrayBuffer).fill(255);
  else if (typeof value === 'object' && value !== null) Object.values(value).forEach(deface);
}

describe('the codec is chosen by the value', () => {
  test.each<[string, unknown, string, string]>([
    ['plain data', { a: [1, 'two', null, true] }, 'json', 'Object'],
    ['a list', [1, 2, 3], 'json', 'Array(3)'],
    ['a string', 'x', 'json', 'string'],
    ['null', null, 'json', 'null'],
    ['undefined', undefined, 'v8', 'undefined'],
    ['-0', -0, 'v8', 'number'],
    ['a bigint', 1n, 'v8', 'bigint'],
    ['a hole', new Array(2), 'v8', 'Array(2)'],
    ['a Map', new Map([[1, 2]]), 'v8', 'Map(1)'],
    ['a Set', new Set([1]), 'v8', 'Set(1)'],
    ['a Date', new Date(0), 'v8', 'Date'],
    ['an error', new Error('x'), 'v8', 'Error'],
    ['plain data that is long', Array.from({ length: 4000 }, (_, i) => i), 'v8', 'Array(4000)'],
    ['a Buffer', Buffer.of(1, 2), 'raw', 'Buffer(2)'],
    ['a typed array', new Float64Array(3), 'raw', 'Float64Array(3)'],
    ['a DataView', new DataView(new ArrayBuffer(5)), 'raw', 'DataView(5)'],
    ['an ArrayBuffer', new ArrayBuffer(7), 'raw', 'ArrayBuffer(7)'],
    ['a typed array in an object', { a: new Uint8Array(1) }, 'v8', 'Object'],
  ])('%s', async (_, value, codec, type) => {
    const { record, back } = await roundTrip(value);
    expect(record).toMatchObject({ codec, type, version: 1 });
    expect(typeOf(back)).toBe(type);
    expect(record.size).toBe(record.bytes?.length);
    expect(difference(value, back)).toBeUndefined();
  });

  test('JSON is readable as it lies there', async () => {
    const { bytes } = await encodeArtifact('value', { film: 'Zürich' }, memory);
    expect(Buffer.from(bytes as Uint8Array).toString()).toBe('{"film":"Zürich"}');
  });

  test('an artifact of a codec that is not here, or of a later version, says so', () => {
    const record = { version: 1, type: 'x', size: 0, digest: '', bytes: new Uint8Array(0) };
    expect(() => decodeArtifact({ ...record, codec: 'parquet' }, memory)).toThrow(
      expect.objectContaining({
        code: 'FLOW_CODEC_UNKNOWN',
        message:
          'The codec "parquet" is not known here: only the flow that registers it, ' +
          "flow('…', { codecs: […] }), can read the artifact.",
      }),
    );
    for (const [codec, here] of [
      ['v8', 3],
      ['file', 1],
    ] as const) {
      expect(() => decodeArtifact({ ...record, codec, version: here + 1 }, memory)).toThrow(
        expect.objectContaining({
          code: 'FLOW_ARTIFACT_UNREADABLE',
          message: `Version ${here + 1} of the codec "${codec}" stored this artifact, and here is version ${here}: newer versions of nx-flow read it.`,
        }),
      );
    }
  });
});

describe('large values lie in the CAS', () => {
  let place: ReturnType<typeof temporaryPlace>;
  let folder: string;
  let cas: FileCas;
  beforeEach(() => {
    place = temporaryPlace();
    folder = join(place.folder, 'cas');
    cas = new FileCas(folder);
  });
  afterEach(() => place.dispose());

  const files = () =>
    readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((f) =>
      f.isFile() ? [f.name] : [],
    );
  const pathOf = ({ hash = '' }: ArtifactRecord) => join(folder, hash.slice(0, 2), hash);

  const KINDS = [
    Int8Array,
    Uint8Array,
    Uint8ClampedArray,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
    Float32Array,
    Float64Array,
    BigInt64Array,
    BigUint64Array,
  ] as const;
  // Beyond the limit, at it, and one element.
  for (const bytes of [100_000, INLINE_LIMIT, 8]) {
    test.each(KINDS.map((Class) => [Class.name, Class] as const))(
      `%s of ${bytes} bytes`,
      async (_, Class) => {
        const buffer = Uint8Array.from({ length: bytes }, (_, i) => i * 7).buffer;
        for (const value of [new Class(buffer), { in: [new Class(buffer)] }]) {
          const { record, back } = await roundTrip(value, cas);
          expect(record.hash !== undefined).toBe(record.size > INLINE_LIMIT);
          expect(difference(value, back)).toBeUndefined();
          expect((await roundTrip(back, cas)).record.digest).toBe(record.digest);
        }
      },
    );
  }

  test.each([
    ['a Buffer', Buffer.alloc(70_000, 'buffer')],
    ['an ArrayBuffer', new Uint8Array(70_000).fill(7).buffer],
    ['a DataView', new DataView(new Uint8Array(70_000).fill(7).buffer, 3)],
    ['a long string', 'Zürich '.repeat(10_000)],
    [
      'a table',
      Array.from({ length: 5000 }, (_, i) => ({ i, half: i / 2, title: `film ${i}`, at: new Date(i) })),
    ],
    ['a file of several chunks', Buffer.alloc(9 * 1024 * 1024, 'chunks')],
  ])('%s', async (_, value) => {
    const { record, back } = await roundTrip(value, cas);
    expect(record.bytes).toBeUndefined();
    expect(difference(value, back)).toBeUndefined();
    expect(files()).toEqual([record.hash]);
  });

  test('the same bytes twice, at once or later, make one file', async () => {
    const value = new Float64Array(10_000).fill(Math.PI);
    const records = await Promise.all([1, 2, 3].map(() => encodeArtifact('value', value, cas)));
    records.push(await encodeArtifact('value', value, cas));
    expect(new Set(records.map(({ hash }) => hash)).size).toBe(1);
    expect(files()).toEqual([records[0]?.hash]);
  });

  test('the digest is of the value, not of where its bytes lie', async () => {
    const value = new Float64Array(10_000).fill(Math.PI);
    expect((await encodeArtifact('value', value, cas)).digest).toBe(
      (await encodeArtifact('value', value, memory)).digest,
    );
    const asBuffer = Buffer.from(value.buffer);
    expect((await encodeArtifact('value', asBuffer, cas)).digest).not.toBe(
      (await encodeArtifact('value', value, cas)).digest,
    );
  });

  test('a value whose file was changed is FLOW_STORE_CORRUPT, with the file, and storing it again mends it', async () => {
    const value = Buffer.alloc(50_000, 'bytes');
    const record = await encodeArtifact('value', value, cas);
    const path = pathOf(record);
    chmodSync(path, 0o600);
    writeFileSync(path, '');
    expect(() => decodeArtifact(record, cas)).toThrow(
      expect.objectContaining({
        code: 'FLOW_STORE_CORRUPT',
        exit: 1,
        message: `The file ${path} was changed: its bytes are not those that were stored. Execute its step again, or restore it from a copy.`,
      }),
    );
    await encodeArtifact('value', value, cas);
    expect(difference(value, decodeArtifact(record, cas))).toBeUndefined();
  });

  test('a file that cannot be read is not called lost', async () => {
    const record = await encodeArtifact('value', Buffer.alloc(50_000), cas);
    rmSync(pathOf(record));
    mkdirSync(pathOf(record));
    expect(() => decodeArtifact(record, cas)).toThrow(
      expect.objectContaining({
        code: 'FLOW_STORE_CORRUPT',
        message: expect.stringContaining('cannot be read (EISDIR)'),
      }),
    );
  });

  test('where writing fails no temporary file is left', async () => {
    const value = Buffer.alloc(50_000);
    const { hash = '' } = await encodeArtifact('value', value, memory);
    mkdirSync(folder);
    writeFileSync(join(folder, hash.slice(0, 2)), 'in the way');
    await expect(encodeArtifact('value', value, cas)).rejects.toMatchObject({ code: 'FLOW_STORE_FAILED' });
    expect(files()).toEqual([hash.slice(0, 2)]);
  });
});
