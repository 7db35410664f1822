/** Rows and columns. */
import type { TableBlock } from '../document';
import { taken } from '../given';
import { handle, type Updatable, type Walk } from '../handle';
import { firstOf } from '../numbers';
import { type Column, rowsOf } from '../rows';
import { textOf } from '../text';
import { cellOf } from './table-cell';

/** Rows that are shown, unless `limit` says another number. */
const LIMIT = 1_000;
/** No limit is higher: a card is looked at, and a page that holds more is slow. */
const MOST = 10_000;
const COLUMNS = 50;
/** Characters of all cells. */
const CHARACTERS = 1_000_000;

export interface TableOptions {
  title?: string;
  /** Which columns, in which order. Default: all, as the rows have them. */
  columns?: readonly string[];
  /** Rows on a page. Default: 20. */
  pageSize?: number;
  /** How many rows the card has; the first ones. Default: 1,000; at most 10,000. */
  limit?: number;
  /** Sums below the columns of numbers: `true` for all, or the names of some. They count the rows that the card has. */
  totals?: boolean | readonly string[];
}

/** What a table shows. */
export type TableRows =
  | readonly unknown[]
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>
  | ArrayBufferView
  | { readonly schema: { readonly fields: readonly { readonly name: string }[] }; readonly numRows: number }
  | { readonly [column: string]: ArrayLike<unknown> };

export interface Table<R extends TableRows = TableRows> extends TableOptions, Updatable {
  rows: R;
}

/**
 * A table that is sorted, searched, paged and copied as CSV where it is looked at. Rows are objects, arrays or single values, in
 * an array or a Set; or a Map, a typed array, an Arrow table, or an object of columns. A cell may be a component.
 */
export function table<R extends TableRows>(rows: R, options: TableOptions = {}): Table<R> {
  return handle({ ...taken(options), rows } as Omit<Table<R>, 'update'>, (props, walk) =>
    tableBlock(props, walk),
  );
}

/** @throws Unshowable where it has no rows */
export function tableBlock(props: TableOptions & { rows: unknown }, walk: Walk): TableBlock {
  const limit = within(props.limit, LIMIT, MOST);
  const all = rowsOf(props.rows, limit, props.columns);
  const columns = all.columns.slice(0, COLUMNS);
  const cells = cellsOf(columns, Math.min(all.length, limit), walk);
  return {
    type: 'table',
    title: textOf(props.title),
    columns: columns.map(({ name }) => textOf(name) ?? ''),
    rows: cells,
    of: all.length,
    columnsOf: all.columns.length,
    pageSize: within(props.pageSize, 20, MOST),
    totals: props.totals ? totalsOf(columns, cells, props.totals) : undefined,
  };
}

function cellsOf(columns: Column[], length: number, walk: Walk): TableBlock['rows'] {
  const rows: TableBlock['rows'] = [];
  let characters = 0;
  for (let i = 0; i < length && characters < CHARACTERS; i++) {
    const row: TableBlock['rows'][number] = [];
    for (const column of columns) {
      const cell = cellOf(column, i, walk);
      if (typeof cell === 'string') characters += cell.length;
      characters += 10;
      row.push(cell);
    }
    rows.push(row);
  }
  return rows;
}

function totalsOf(columns: Column[], rows: TableBlock['rows'], of: true | readonly string[]) {
  const totals: { [column: number]: number } = {};
  const summed = of === true ? undefined : new Set(firstOf(of, 'totals', MOST));
  columns.forEach(({ name }, j) => {
    if (summed && !summed.has(name)) return;
    const numbers = rows.map((row) => row[j]).filter((cell) => typeof cell === 'number');
    if (numbers.length > 0) totals[j] = numbers.reduce((sum, cell) => sum + cell, 0);
  });
  return totals;
}

function within(value: unknown, otherwise: number, most: number): number {
  return typeof value === 'number' && value >= 1 ? Math.min(Math.floor(value), most) : otherwise;
}
