/** `Table`, `Vector` and `Schema` of Apache Arrow. */
import type { Codec, Preview } from '@nx-flow/core';
import { adopted, type Copy } from './arrow-copies';
import { classOf, library } from './library';

interface Schema {
  fields: { name: string; type: unknown }[];
  metadata: Map<string, string>;
}
interface Table {
  schema: Schema;
  batches: { data: { byteLength: number } }[];
  numRows: number;
  numCols: number;
  slice(from: number, to: number): Table;
  toArray(): { toJSON(): object }[];
  getChildAt(index: number): Vector;
}
interface Vector extends Iterable<unknown> {
  type: unknown;
  length: number;
  memoize(): Vector;
  unmemoize?(): Vector;
  isMemoized?: boolean;
  slice(from: number, to: number): Iterable<unknown>;
}
interface Arrow extends Copy {
  Table: new (from: object, batches?: object[]) => Table;
  Schema: new (fields: object[], metadata: Map<string, string>) => Schema;
  tableToIPC(table: Table, form: 'stream'): Uint8Array;
  tableFromIPC(bytes: Uint8Array): Table;
  RecordBatchStreamWriter: { writeAll(table: Table): AsyncIterable<Uint8Array> };
}
type Value = Table | Vector | Schema;

const load = library<Arrow>({
  codec: 'arrow',
  packages: ['apache-arrow'],
  from: 15,
  names: ['Table', 'Vector', 'Schema', 'DataType', 'RecordBatchStreamWriter', 'tableToIPC', 'tableFromIPC'],
});

/** In the metadata of the stream: what it holds, where that is no table. It is taken out again. */
const KIND = 'nx-flow:kind';

/**
 * `Table`, `Vector` and `Schema` of Apache Arrow, as streams of Arrow's IPC format: any tool that knows Arrow reads the file
 * `table.arrow`. Types, nulls, dictionaries, metadata and batches are kept.
 *
 * @example
 * ```ts
 * import { arrow } from '@nx-flow/codecs/arrow';
 * import { flow } from '@nx-flow/core';
 * import { tableFromArrays } from 'apache-arrow';
 * const f = flow('votes', { codecs: [arrow] });
 * const start = f.start(() => ({ films: tableFromArrays({ votes: Int32Array.of(7, 5) }) }));
 * const count = f.step('count', { after: start }, ({ self }) => ({ rows: self.films.numRows }));
 * export default f.end(count);
 * ```
 */
export const arrow: Codec<object> = {
  id: 'arrow',
  version: 1,
  match: (value) => isTable(value) || isVector(value) || isSchema(value),
  encode(given) {
    const library = load();
    const value = adopted(given, library);
    if (isTable(value))
      return sizeOf(value) > LARGE
        ? library.RecordBatchStreamWriter.writeAll(value)
        : library.tableToIPC(value, 'stream');
    return library.tableToIPC(
      isVector(value) ? ofVector(value, library) : ofSchema(value as Schema, library),
      'stream',
    );
  },
  decode(bytes) {
    const library = load();
    const table = library.tableFromIPC(bytes);
    const { fields, metadata } = table.schema;
    const kind = metadata.get(KIND);
    if (kind === 'vector') return table.getChildAt(0);
    if (kind === 'memoized') return table.getChildAt(0).memoize();
    if (kind !== 'schema') return table;
    const others = [...metadata].filter(([key]) => key !== KIND);
    return new library.Schema(fields, new Map(others));
  },
  file: { extension: 'arrow', mediaType: 'application/vnd.apache.arrow.stream' },
  json: (value) => jsonOf(value as Value),
  preview: (value) => previewOf(value as Value),
};

/** Bytes of a table from which on it is written column by column, out of its own memory, and not copied first. */
const LARGE = 16 * 1024 * 1024;

const sizeOf = ({ batches }: Table) => batches.reduce((sum, { data }) => sum + data.byteLength, 0);

/** Newer versions mark their classes, for copies of the library that meet. */
const isMarked = (value: unknown, kind: string) =>
  (value as Record<symbol, unknown> | null | undefined)?.[Symbol.for(`apache-arrow/${kind}`)] === true;

const isOf = (value: unknown, kind: string): value is object =>
  classOf(value) === kind &&
  (isMarked(value, kind) || 'schema' in (value as object) || 'metadata' in (value as object));

const isTable = (value: unknown): value is Table =>
  isOf(value, 'Table') && 'batches' in value && 'numRows' in value;
const isSchema = (value: unknown): value is Schema =>
  isOf(value, 'Schema') && 'fields' in value && (value as Schema).metadata instanceof Map;

/** A vector of several chunks has a prototype without a class. */
const isVector = (value: unknown): value is Vector =>
  typeof value === 'object' &&
  value !== null &&
  [undefined, 'Vector', 'MemoizedVector'].includes(classOf(value)) &&
  'VectorName' in value &&
  'memoize' in value;

function ofVector(vector: Vector, library: Arrow): Table {
  const table = new library.Table({ v: vector.isMemoized === true ? vector.unmemoize?.() : vector });
  return withKind(table, vector.isMemoized === true ? 'memoized' : 'vector', library);
}

const ofSchema = ({ fields, metadata }: Schema, library: Arrow): Table =>
  withKind(new library.Table(new library.Schema(fields, metadata)), 'schema', library);

function withKind({ schema, batches }: Table, kind: string, { Table, Schema }: Arrow): Table {
  return new Table(new Schema(schema.fields, new Map([...schema.metadata, [KIND, kind]])), batches);
}

/** The rows of a table, the items of a vector, the columns of a schema. */
function jsonOf(value: Value): unknown {
  if (isTable(value)) return value.toArray().map((row) => row.toJSON());
  if (isSchema(value)) return value.fields.map(({ name, type }) => ({ name, type: String(type) }));
  return [...value];
}

/** Rows of a table that are shown. */
const ROWS = 10;

function previewOf(value: Value): string | Preview {
  if (isSchema(value)) return `Schema(${columnsOf(value)})`;
  if (isVector(value)) return `Vector<${value.type}>(${value.length.toLocaleString('en')})`;
  const { numRows, schema } = value as Table;
  const line = `${numRows.toLocaleString('en')} rows: ${columnsOf(schema)}`;
  return {
    line,
    rows: (value as Table)
      .slice(0, ROWS)
      .toArray()
      .map((row) => row.toJSON()),
  };
}

const columnsOf = ({ fields }: Schema) => fields.map(({ name, type }) => `${name} ${type}`).join(', ');
