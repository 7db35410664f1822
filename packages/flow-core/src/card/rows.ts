/** Rows by their columns, whatever they lie in. Of a million rows, only those that are shown are read. */
import { types } from 'node:util';
import { firstOf, type List, listOf } from './numbers';
import { lineOf } from './text';
import { Unshowable } from './unshowable';

export interface Rows {
  length: number;
  columns: Column[];
}

export interface Column {
  name: string;
  /** @throws what a getter throws */
  at(row: number): unknown;
  /** Where a cell stands, such as `rows[3].price`. */
  path(row: number): string;
}

/** Columns of rows. */
const WIDTH = 10_000;
/** Rows that are looked at for the names of columns. */
const LOOKED = 10_000;

/**
 * @param limit how many rows are of use
 * @param chosen the names of the columns that are shown
 * @param name of the property, for the sentence
 * @throws Unshowable where it holds no rows
 */
export function rowsOf(value: unknown, limit: number, chosen?: readonly string[], name = 'rows'): Rows {
  const rows =
    typeof value === 'object' && value !== null
      ? (arrowRows(value) ?? mapRows(value, limit) ?? listRows(value, limit, chosen) ?? columnRows(value))
      : undefined;
  if (!rows) throw new Unshowable(`${name} has to be a list of rows, such as an array, not ${lineOf(value)}`);
  if (!chosen) return rows;
  const known = new Map(rows.columns.map((column) => [column.name, column]));
  return {
    ...rows,
    columns: firstOf(chosen, 'columns', WIDTH).map((given) => {
      const name = lineOf(given);
      return known.get(given as string) ?? { name, at: () => undefined, path: () => name };
    }),
  };
}

/** Rows of one chart: to draw them, each is read. */
const MOST = 10_000_000;

/** @throws Unshowable where there are no rows, or more than can be read */
export function allRowsOf(value: unknown): Rows {
  const rows = rowsOf(value, MOST, undefined, 'data');
  if (rows.length <= MOST) return rows;
  const [length, most] = [rows.length, MOST].map((count) => count.toLocaleString('en'));
  throw new Unshowable(`data has ${length} rows, and a chart is drawn from at most ${most}`);
}

interface Arrow {
  numRows: number;
  schema: { fields: { name: string; type?: { typeId?: number } }[] };
  getChild(name: string): { get(row: number): unknown } | null;
}

/** Arrow's types `Date` and `Timestamp`. */
const ARROW_TIMES = new Set<unknown>([8, 10]);

/** Arrow gives milliseconds since 1970. */
const timeOf = (value: unknown) => (typeof value === 'number' ? new Date(value) : value);

function arrowRows(value: object): Rows | undefined {
  const table = value as Arrow;
  if (typeof table.getChild !== 'function' || !Array.isArray(table.schema?.fields)) return undefined;
  const columns = table.schema.fields.map(({ name, type }) => {
    const vector = table.getChild(name);
    const at = (row: number) => vector?.get(row);
    const isTime = ARROW_TIMES.has(type?.typeId);
    return {
      name,
      at: isTime ? (row: number) => timeOf(at(row)) : at,
      path: (row: number) => `rows[${row}].${name}`,
    };
  });
  return { length: table.numRows, columns };
}

function mapRows(value: object, limit: number): Rows | undefined {
  if (!types.isMap(value)) return undefined;
  const keys: unknown[] = [];
  const items: unknown[] = [];
  for (const [key, item] of value) {
    if (keys.length === limit) break;
    keys.push(key);
    items.push(item);
  }
  const path = (row: number) => `rows.get(${lineOf(keys[row], 40)})`;
  const { columns } = ofItems({ length: items.length, at: (i) => items[i] }, limit, path);
  const key: Column = { name: 'key', at: (row) => keys[row], path: (row) => `the key of ${path(row)}` };
  return { length: value.size, columns: [key, ...columns] };
}

function listRows(value: object, limit: number, chosen?: readonly string[]): Rows | undefined {
  if (!Array.isArray(value) && !types.isTypedArray(value) && !types.isSet(value)) return undefined;
  return ofItems(listOf(value, 'rows'), limit, (row) => `rows[${row}]`, chosen);
}

/** An object of columns, such as `{ epoch: [1, 2], loss: new Float64Array(2) }`. */
function columnRows(value: object): Rows | undefined {
  const entries = Object.entries(value);
  if (entries.length === 0 || !entries.every(([, list]) => Array.isArray(list) || types.isTypedArray(list)))
    return undefined;
  const lists = entries.map(([name, list]) => ({ name, list: listOf(list, `rows.${name}`) }));
  return {
    length: Math.max(...lists.map(({ list }) => list.length)),
    columns: lists.map(({ name, list }) => ({
      name,
      at: (row) => list.at(row),
      path: (row) => `rows.${name}[${row}]`,
    })),
  };
}

/** @param path where a row stands */
function ofItems(list: List, limit: number, path: (row: number) => string, chosen?: readonly string[]): Rows {
  const shown = Math.min(list.length, limit, LOOKED);
  const names = new Set<string>();
  // What was found to be a record is asked once, and not for each of its cells.
  const records = new Uint8Array(shown);
  let width = 0;
  let single = false;
  // Rows are alike: only names that the row before does not have in the same place can be new.
  let before: string[] = [];
  for (let i = 0; i < shown; i++) {
    const row = list.at(i);
    if (Array.isArray(row) || types.isTypedArray(row))
      width = Math.min(WIDTH, Math.max(width, (row as unknown[]).length));
    else if (isRecord(row)) {
      records[i] = 1;
      const keys = Object.keys(row);
      for (let k = 0; k < keys.length && names.size < WIDTH; k++)
        if (keys[k] !== before[k]) names.add(keys[k] as string);
      before = keys;
    } else if (row !== null && row !== undefined) single = true;
  }
  if (width === 0 && names.size === 0) single = true;
  const columns: Column[] = [];
  if (single)
    columns.push({ name: 'value', at: (row) => (isCompound(list.at(row)) ? undefined : list.at(row)), path });
  for (let j = 0; j < width; j++)
    columns.push({
      name: chosen?.[j] ?? String(j),
      at: (row) => itemAt(list.at(row), j),
      path: (row) => `${path(row)}[${j}]`,
    });
  for (const name of names)
    columns.push({
      name,
      at: (row) =>
        records[row] === 1 ? (list.at(row) as Record<string, unknown>)[name] : propertyOf(list.at(row), name),
      path: (row) => `${path(row)}.${name}`,
    });
  return { length: list.length, columns };
}

/** What has columns by their names. A Date, a Map or a component is one value. */
function isRecord(row: unknown): row is Record<string, unknown> {
  if (typeof row !== 'object' || row === null) return false;
  if (Object.getPrototypeOf(row) === Object.prototype && !types.isProxy(row)) return true;
  return !(
    types.isDate(row) ||
    types.isMap(row) ||
    types.isSet(row) ||
    types.isProxy(row) ||
    types.isRegExp(row)
  );
}

function isCompound(row: unknown): boolean {
  return Array.isArray(row) || types.isTypedArray(row) || isRecord(row);
}

function itemAt(row: unknown, index: number): unknown {
  return Array.isArray(row) || types.isTypedArray(row) ? (row as unknown[])[index] : undefined;
}

function propertyOf(row: unknown, name: string): unknown {
  return isRecord(row) && !Array.isArray(row) ? row[name] : undefined;
}
