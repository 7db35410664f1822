/** Tables. A table has many cells: its rows are put together without templates. */
import type { Cell, TableBlock } from '../document';
import { counted, figure, plainFigure } from './figures';
import { escaped, Markup, markup } from './markup';
import { block, note } from './parts';
import type { Place } from './place';

export function renderTable(table: TableBlock, place: Place): Markup {
  place.need('table');
  const numeric = table.columns.map((_, j) => isNumeric(table.rows, j));
  const head = table.columns.map((name, j) => markup`<th scope="col"${numeric[j] ? N : ''}>${name}</th>`);
  const decimals = table.columns.map((_, j) => (numeric[j] ? decimalsOf(table.rows, j) : 0));
  const rows = table.rows.map((row, i) => rowOf(row, i, { numeric, decimals }, place)).join('');
  const size = Math.max(1, Math.floor(Number(table.pageSize)) || 20);
  const inside = markup`<div class="scroll" tabindex="0" role="region" aria-label="${table.title ?? 'Table'}"><table data-size="${size}"><thead><tr>${head}</tr></thead><tbody>${new Markup(rows)}</tbody>${totals(table, numeric)}</table></div>`;
  return block('t', place.id, table.title, [inside, ...notes(table)]);
}

const N = new Markup(' class="n"');

/** Numbers below each other have as many decimals, up to so many: then their points are below each other. */
const DECIMALS = 3;

/** The most decimals that a number of a column has; 0 where that is too many. */
function decimalsOf(rows: Cell[][], column: number): number {
  let most = 0;
  for (const row of rows) {
    const cell = row[column];
    if (typeof cell !== 'number') continue;
    let power = 10 ** most;
    while (Math.round(cell * power) / power !== cell) {
      if (++most > DECIMALS) return 0;
      power *= 10;
    }
  }
  return most;
}

function rowOf(
  row: Cell[],
  i: number,
  { numeric, decimals }: { numeric: boolean[]; decimals: number[] },
  place: Place,
): string {
  let text = '<tr>';
  for (let j = 0; j < row.length; j++) {
    const cell = row[j] as Cell;
    if (typeof cell === 'number') {
      const digits = decimals[j] as number;
      const whole = String(cell);
      const shown = digits > 0 && Math.abs(cell) < 1e6 ? padded(whole, digits) : plainFigure(cell);
      text += `<td${numeric[j] ? ' class="n"' : ''}${shown === whole ? '' : ` data-v="${whole}"`}>${shown}`;
    } else if (typeof cell === 'string') text += `<td>${escaped(cell)}`;
    else if (cell === null || cell === undefined) text += '<td>';
    else if (typeof cell === 'object') text += `<td>${place.block(cell.block, `${i}.${j}`).text}`;
    else text += `<td>${cell}`;
  }
  return text;
}

/** A number that has no more decimals than that, with all of them. */
function padded(number: string, decimals: number): string {
  const point = number.indexOf('.');
  return point < 0 ? `${number}.${'0'.repeat(decimals)}` : number.padEnd(point + 1 + decimals, '0');
}

/** Whether all that is there is a number. */
function isNumeric(rows: Cell[][], column: number): boolean {
  let found = false;
  for (const row of rows) {
    const cell = row[column];
    if (typeof cell === 'number') found = true;
    else if (cell !== null && cell !== undefined && !/^(NaN|-?Infinity)$/.test(String(cell))) return false;
  }
  return found;
}

function totals(table: TableBlock, numeric: boolean[]): Markup | undefined {
  if (!table.totals) return undefined;
  const cells = table.columns.map((_, j) => {
    const total = table.totals?.[j];
    return markup`<td${numeric[j] ? N : ''}>${typeof total === 'number' ? figure(total) : j === 0 ? 'Sum' : ''}</td>`;
  });
  return markup`<tfoot><tr>${cells}</tr></tfoot>`;
}

function notes(table: TableBlock): Markup[] {
  const notes: Markup[] = [];
  const shown = table.rows.length;
  if (table.of > shown)
    notes.push(
      note(
        `The first ${counted(shown, 'row')} of ${table.of.toLocaleString('en')}. Sorting, searching, copying${table.totals && !table.totalsOfAll ? ' and sums' : ''} see these alone.`,
      ),
    );
  if (table.columnsOf > table.columns.length)
    notes.push(
      note(
        `The first ${counted(table.columns.length, 'column')} of ${table.columnsOf.toLocaleString('en')}.`,
      ),
    );
  if (table.of === 0) notes.push(note('No rows.'));
  return notes;
}
