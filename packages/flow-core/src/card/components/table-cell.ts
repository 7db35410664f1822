/** What a cell shows of any value. */
import { types } from 'node:util';
import type { Cell } from '../document';
import { partOf, type Walk } from '../handle';
import type { Column } from '../rows';
import { cut, digitsOf, lineOf } from '../text';
import { Unshowable, unshown } from '../unshowable';

const LIMIT = 500;

/** One that cannot be shown becomes an error block that tells its path. */
export function cellOf(column: Column, row: number, walk: Walk): Cell {
  try {
    const value = column.at(row);
    if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
    if (typeof value === 'string') return cut(value, LIMIT);
    if (value === undefined || value === null) return null;
    if (typeof value === 'boolean') return value;
    if (typeof value === 'bigint')
      return Number.isSafeInteger(Number(value)) ? Number(value) : cut(digitsOf(value), LIMIT);
    if (partOf(value)) return { block: walk.block(value, column.path(row)) };
    if (typeof value !== 'object')
      throw new Unshowable(`${column.path(row)} is a ${typeof value}: ${lineOf(value, 80)}`);
    if (types.isDate(value))
      return Number.isNaN(value.getTime())
        ? 'Invalid Date'
        : value.toISOString().replace('T00:00:00.000Z', '');
    return lineOf(value);
  } catch (error) {
    return { block: unshown(error, column.path(row)) };
  }
}
