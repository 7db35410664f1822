/** Rows as series of points. */
import { types } from 'node:util';
import type { Axis } from '../document';
import { asNumber, firstOf } from '../numbers';
import { allRowsOf, type Column, type Rows } from '../rows';
import { lineOf, textOf } from '../text';
import { Unshowable } from '../unshowable';
import { axisOf, type SeriesOptions } from './options';

/** Rows that are looked at for the kinds of columns. */
const LOOKED = 200;
/** Series of one chart; more cannot be told apart. */
const SERIES = 12;
const CATEGORIES = 500;

export interface Series {
  name: string;
  /** Values of x by their place on the axis; of a category its index. Series of the same rows share them. */
  x: Float64Array;
  y: Float64Array;
}

export interface Drawn {
  x: Axis;
  y: Axis;
  series: Series[];
  /** Rows times columns. */
  of: number;
  /** How many are no numbers. */
  gaps: number;
}

/**
 * @param categories that x is always of categories
 * @throws Unshowable where there is nothing to draw, with the reason
 */
export function seriesOf(data: unknown, options: SeriesOptions, categories = false): Drawn {
  const rows = allRowsOf(data);
  const xName = options.x ?? defaultX(rows, categories);
  const xColumn = xName === undefined ? undefined : columnOf(rows, xName, 'x');
  const yColumns = yOf(rows, options, xColumn);
  const place = placesOf(rows, xColumn, categories);
  const groups = options.by === undefined ? undefined : groupsOf(rows, columnOf(rows, options.by, 'by'));
  const x = numbersOn(rows.length, place.at, options.xLog);
  let gaps = 0;
  const series: Series[] = [];
  for (const column of yColumns.slice(0, SERIES)) {
    const y = numbersOn(rows.length, (row) => asNumber(column.at(row)), options.yLog);
    for (let i = 0; i < rows.length; i++) {
      if (Number.isNaN(x[i])) y[i] = Number.NaN;
      if (Number.isNaN(y[i])) gaps++;
    }
    const name = column.name === 'value' && yColumns.length === 1 ? (options.yLabel ?? '') : column.name;
    if (groups) series.push(...split({ name, x, y }, groups, yColumns.length > 1));
    else series.push({ name: textOf(name) ?? '', x, y });
  }
  const xAxis = {
    ...axisOf(options, 'x', nameOf(xName)),
    ...place.axis,
    ...(options.xLog ? { log: true } : {}),
  };
  const yName =
    yColumns.length === 1
      ? textOf(series[0]?.name && !groups ? series[0].name : yColumns[0]?.name)
      : undefined;
  const yAxis = {
    ...axisOf(options, 'y', nameOf(yName)),
    ...(options.yLog ? { log: true } : {}),
  };
  return { x: xAxis, y: yAxis, series: series.slice(0, SERIES), of: rows.length * yColumns.length, gaps };
}

/** Of each row its number on an axis; what is none there is `NaN`. */
function numbersOn(length: number, at: (row: number) => number | null, log: boolean | undefined) {
  const numbers = new Float64Array(length);
  for (let row = 0; row < length; row++) {
    const number = at(row);
    numbers[row] = number === null || (log && number <= 0) ? Number.NaN : number;
  }
  return numbers;
}

/** Columns of lists have no names of their own. */
function nameOf(column: string | undefined): string | undefined {
  return column === undefined || column === 'value' || /^\d+$/.test(column) ? undefined : textOf(column);
}

/** Rows that are pairs are points; bars stand at their texts. */
function defaultX(rows: Rows, categories: boolean): string | undefined {
  if (rows.columns[0]?.name === '0' && rows.columns[1]?.name === '1') return '0';
  if (rows.columns[0]?.name === 'key' && rows.columns.length > 1) return 'key';
  if (!categories) return undefined;
  return rows.columns.find((column) => typeof first(column, rows.length) === 'string')?.name;
}

function columnOf(rows: Rows, name: string, option: string): Column {
  const column = rows.columns.find((one) => one.name === name);
  if (column) return column;
  const known = rows.columns.map((one) => one.name).slice(0, 20);
  throw new Unshowable(
    `${option}: there is no column ${lineOf(name)}${known.length > 0 ? `, but ${known.join(', ')}` : ''}`,
  );
}

function yOf(rows: Rows, { y, by }: SeriesOptions, x: Column | undefined): Column[] {
  if (y !== undefined) {
    const names = typeof y === 'string' ? [y] : firstOf(y, 'y', SERIES);
    return names.map((name) => columnOf(rows, name as string, 'y'));
  }
  const columns = rows.columns.filter(
    (column) => column !== x && column.name !== by && isNumeric(first(column, rows.length)),
  );
  if (columns.length === 0 && rows.length > 0) throw new Unshowable('no column holds numbers');
  return columns;
}

function isNumeric(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean';
}

/** The first value that is there. */
function first(column: Column, length: number): unknown {
  for (let i = 0; i < Math.min(length, LOOKED); i++) {
    const value = column.at(i);
    if (value !== undefined && value !== null) return value;
  }
  return undefined;
}

/** Where each row stands on the x axis. */
function placesOf(rows: Rows, column: Column | undefined, categories: boolean) {
  if (!column && !categories) return { axis: {}, at: (row: number) => row as number | null };
  const example = column && first(column, rows.length);
  if (column && !categories) {
    if (types.isDate(example)) return { axis: { time: true }, at: (row: number) => asNumber(column.at(row)) };
    if (isDay(example)) {
      const at = (row: number) => asNumber(new Date(String(column.at(row))));
      return { axis: { time: true }, at };
    }
    if (isNumeric(example) || example === undefined)
      return { axis: {}, at: (row: number) => asNumber(column.at(row)) };
  }
  const index = new Map<string, number>();
  const at = (row: number) => {
    const value = column ? column.at(row) : row;
    const name =
      typeof value === 'string' || typeof value === 'number'
        ? String(value)
        : types.isDate(value)
          ? dayOf(value)
          : lineOf(value, 80);
    let place = index.get(name);
    if (place === undefined && index.size < CATEGORIES) {
      place = index.size;
      index.set(name, place);
    }
    return place ?? null;
  };
  for (let row = 0; row < rows.length && index.size < CATEGORIES; row++) at(row);
  return { axis: { categories: [...index.keys()].map((name) => textOf(name) ?? '') }, at };
}

function isDay(value: unknown): boolean {
  return typeof value === 'string' && /^\d{4}-\d\d(-\d\d([T ]\d\d:\d\d.*)?)?$/.test(value);
}

function dayOf(date: Date): string {
  return Number.isNaN(date.getTime()) ? 'Invalid Date' : date.toISOString().replace(/T00:00:00\.000Z$/, '');
}

/** The rows of each text. */
function groupsOf(rows: Rows, column: Column): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (let row = 0; row < rows.length; row++) {
    const value = column.at(row);
    const name = typeof value === 'string' ? value : lineOf(value, 80);
    const group = groups.get(name);
    if (group) group.push(row);
    else if (groups.size < SERIES) groups.set(name, [row]);
  }
  return groups;
}

function split({ name, x, y }: Series, groups: Map<string, number[]>, named: boolean): Series[] {
  return [...groups].map(([group, rows]) => ({
    name: textOf(named ? `${group}, ${name}` : group) ?? '',
    x: Float64Array.from(rows, (row) => x[row] as number),
    y: Float64Array.from(rows, (row) => y[row] as number),
  }));
}
