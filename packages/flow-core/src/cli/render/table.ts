/** Tables in the terminal, and the words for sizes and times. */
import { thousands } from '../../definition/thousands';
import { plain } from './plain';
import { cut, textWidth } from './text';
import { wrap } from './wrap';

export interface Column {
  head: string;
  align?: 'right';
  /** The column that shrinks when the line would be too long. */
  shrink?: boolean;
  /** The column, the last one, whose cells wrap when the line would be too long. */
  wrap?: boolean;
}

const GAP = '  ';

/** Cells may have our colours; what else a terminal would not show is escaped, and has the width of that. Rows that are too long for the terminal are cut in the shrinking column. */
export function table(
  columns: Column[],
  given: string[][],
  width: number,
  dim: (text: string) => string,
): string {
  // Only a cell that wraps has lines.
  const rows = given.map((cells) =>
    cells.map((cell, i) => plain(cell).replace(columns[i]?.wrap ? /[\t\r]+/g : /[\t\r\n]+/g, ' ')),
  );
  const widths = columns.map(({ head }, i) =>
    rows.reduce((widest, row) => Math.max(widest, textWidth(row[i] ?? '')), textWidth(head)),
  );
  const total = widths.reduce((sum, w) => sum + w + GAP.length, 0);
  const shrink = columns.findIndex((column) => column.shrink);
  if (shrink >= 0 && total > width)
    widths[shrink] = Math.max(8, (widths[shrink] as number) - (total - width));
  const wrapping = columns.findIndex((column) => column.wrap);
  if (wrapping >= 0 && total - GAP.length > width)
    widths[wrapping] = Math.max(20, (widths[wrapping] as number) - (total - GAP.length - width));
  const line = (cells: string[]) =>
    cells
      .map((cell, i) => pad(cut(cell, widths[i] as number), widths[i] as number, columns[i]?.align))
      .join(GAP)
      .trimEnd();
  return [
    dim(line(columns.map(({ head }) => head))),
    ...rows.flatMap((cells) => folded(cells, wrapping, widths[wrapping] ?? 0).map(line)),
  ]
    .map((l) => `${l}\n`)
    .join('');
}

/** The lines of a row in which one cell wraps. */
function folded(cells: string[], at: number, width: number): string[][] {
  if (at < 0) return [cells];
  const [first = '', ...rest] = wrap(cells[at] ?? '', width).split('\n');
  return [
    cells.map((cell, i) => (i === at ? first : cell)),
    ...rest.map((text) => cells.map((_, i) => (i === at ? text : ''))),
  ];
}

function pad(cell: string, width: number, align: 'right' | undefined): string {
  const space = ' '.repeat(Math.max(0, width - textWidth(cell)));
  return align === 'right' ? space + cell : cell + space;
}

/** `12 B`, `3.4 KB`, `1.2 GB`: powers of 1000. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  let value = bytes;
  for (const unit of ['KB', 'MB', 'GB', 'TB']) {
    value /= 1000;
    if (value < 999.5 || unit === 'TB')
      return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${unit}`;
  }
  return '';
}

/** `0.4 ms`, `12 ms`, `3.4 s`, `2 min 05 s`, `1 h 02 min`. */
export function duration(ms: number): string {
  if (ms < 9.95) return `${ms.toFixed(1)} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  const two = (n: number) => String(n).padStart(2, '0');
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${two(Math.floor((seconds % 3600) / 60))} min`;
}

/** `just now`, `5 min ago`, `3 h ago`, `2026-11-23 14:05`. */
export function ago(then: number, now: number): string {
  const minutes = Math.floor((now - then) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ago`;
  const date = new Date(then);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

export function plural(count: number, word: string): string {
  return `${thousands(count)} ${word}${count === 1 ? '' : 's'}`;
}
