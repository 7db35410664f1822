/** Tables, vectors and schemas of Apache Arrow. */
import { createHash } from 'node:crypto';
import * as lib from 'apache-arrow';
import { MemoryCas } from '../../flow-core/src/store/cas/memory-cas';
import { Artifacts } from '../../flow-core/src/store/values/artifacts';
import { arrow } from '../src/arrow';
import { roundTrip } from './helpers/round-trip';

const { vectorFromArray, makeVector, Table, Schema, Field } = lib;
const at = new Date('2026-11-30T10:00:00.123Z');

const columns = {
  ints: vectorFromArray([1, null, -3], new lib.Int32()),
  longs: vectorFromArray([1n, 2n ** 62n, null], new lib.Int64()),
  floats: vectorFromArray([-0, Number.NaN, null], new lib.Float64()),
  texts: vectorFromArray(['a', null, 'ß🎬'], new lib.Utf8()),
  words: vectorFromArray(['x', 'y', 'x'], new lib.Dictionary(new lib.Utf8(), new lib.Int16())),
  flags: vectorFromArray([true, null, false], new lib.Bool()),
  times: vectorFromArray([at, null, at], new lib.TimestampMillisecond()),
  lists: vectorFromArray([[1, 2], [], null], new lib.List(new Field('item', new lib.Float32(), true))),
  structs: vectorFromArray(
    [{ a: 1, b: 'x' }, null, { a: 2, b: null }],
    new lib.Struct([new Field('a', new lib.Int8(), true), new Field('b', new lib.Utf8(), true)]),
  ),
};

const seen = (table: lib.Table) => [
  table.schema.toString(),
  table.schema.metadata,
  table.schema.fields.map(({ nullable, metadata }) => [nullable, metadata]),
  table.batches.map(({ numRows }) => numRows),
  table.toArray().map(String),
  table.schema.fields.map((_, i) => table.getChildAt(i)?.nullCount),
];

function tableOf(): lib.Table {
  const { schema, batches } = new Table(columns as never);
  const fields = schema.fields.map((field) => field.clone({ metadata: new Map([['of', field.name]]) }));
  return new Table(new Schema(fields, new Map([['by', 'a test']])), batches);
}

describe('tables', () => {
  const table = tableOf();
  test.each<[string, lib.Table]>([
    ['of many types, with nulls and metadata', table],
    ['a part of one', table.slice(1, 3)],
    ['of several batches', table.concat(table.slice(1))],
    ['without rows', table.slice(0, 0)],
    ['without batches', new Table(new Schema([new Field('a', new lib.Int8())]))],
    ['without columns', new Table()],
  ])('%s', async (_, given) => {
    const back = await roundTrip(arrow, given);
    expect(back).toBeInstanceOf(Table);
    const [before, after] = [seen(given), seen(back)];
    // What has no rows may have a batch of none.
    if (given.numRows === 0) for (const one of [before, after]) one[3] = [];
    expect(after).toEqual(before);
  });

  test('a large one is written out of its own memory', async () => {
    const large = new Table({
      n: makeVector(new Float64Array(3_000_000).fill(0.5)),
      m: makeVector(new Int8Array(3_000_000)),
    });
    const pieces = (await arrow.encode(large)) as AsyncIterable<Uint8Array>;
    const sizes: number[] = [];
    for await (const { length } of pieces) sizes.push(length);
    expect(sizes).toEqual(expect.arrayContaining([24_000_000, 3_000_000]));
    const artifacts = new Artifacts(new MemoryCas(), [arrow]);
    const record = await (await artifacts.take('a', large)).keep();
    expect(record.hash).toBe(createHash('sha256').update(lib.tableToIPC(large, 'stream')).digest('hex'));
    expect((artifacts.decode(record) as lib.Table).getChildAt(0)?.get(2_999_999)).toBe(0.5);
  });

  test('a line and the first rows are shown', () => {
    expect(arrow.preview?.(new Table({ n: makeVector(Int32Array.of(5, 6)) }))).toEqual({
      line: '2 rows: n Int32',
      rows: [{ n: 5 }, { n: 6 }],
    });
  });

  test('dump --json prints rows, items and columns', () => {
    const small = new Table({ n: vectorFromArray([5, null], new lib.Int32()) });
    const values = [small, small.getChild('n'), small.schema];
    expect(values.map((value) => arrow.json?.(value as object))).toEqual([
      [{ n: 5 }, { n: null }],
      [5, null],
      [{ name: 'n', type: 'Int32' }],
    ]);
  });

  test('the file of a table is read by Arrow alone', async () => {
    const bytes = (await arrow.encode(table)) as Uint8Array;
    expect(seen(lib.tableFromIPC(bytes))).toEqual(seen(table));
  });
});

test.each(Object.entries(columns))('a vector of %s', async (_, vector) => {
  for (const one of [
    vector,
    vector.slice(1),
    vector.concat(vector as never),
    vector.slice(0, 0),
    vector.memoize(),
  ]) {
    const back = await roundTrip(arrow, one);
    expect(back).toBeInstanceOf(lib.Vector);
    expect(back.isMemoized).toBe(one.isMemoized);
    expect([String(back.type), back.length, back.nullCount]).toEqual([
      String(one.type),
      one.length,
      one.nullCount,
    ]);
    expect(Array.from(back, String)).toEqual(Array.from(one as never, String));
  }
});

test('a schema', async () => {
  const { schema } = tableOf();
  const back = await roundTrip(arrow, schema);
  expect(back).toBeInstanceOf(Schema);
  expect([back.toString(), back.metadata]).toEqual([schema.toString(), schema.metadata]);
});

test('a table of another copy of the library is stored', async () => {
  let other: typeof lib | undefined;
  jest.isolateModules(() => {
    other = require('apache-arrow');
  });
  const { tableFromArrays } = other as typeof lib;
  expect(tableFromArrays).not.toBe(lib.tableFromArrays);
  const back = await roundTrip(arrow, tableFromArrays({ n: [1, 2] }));
  expect(back.toArray().map(String)).toEqual(['{"n": 1}', '{"n": 2}']);
  class Own extends Table {}
  expect(arrow.match(new Own())).toBe(false);
});
