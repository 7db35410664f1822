/** Numbers by rows and columns, as colours. */
import { taken } from '../given';
import { handle, type Updatable } from '../handle';
import { asNumber, listOf } from '../numbers';
import { textOf } from '../text';
import { type AxisOptions, axisOf } from './options';

/** Rows and columns that are shown; the first ones. */
const SIZE = 64;

export interface HeatmapOptions extends AxisOptions {
  /** Names of the rows and of the columns. Default: their index. */
  rows?: readonly string[];
  columns?: readonly string[];
}

export interface Heatmap extends HeatmapOptions, Updatable {
  cells: ArrayLike<ArrayLike<number | null>>;
}

/**
 * Numbers by rows and columns, such as a confusion matrix: `heatmap(counts, { rows: labels, columns: labels, xLabel: 'predicted',
 * yLabel: 'actual' })`. What is no number is left empty.
 */
export function heatmap(cells: ArrayLike<ArrayLike<number | null>>, options: HeatmapOptions = {}): Heatmap {
  return handle({ ...taken(options), cells } as Omit<Heatmap, 'update'>, (props) => {
    const rows = listOf(props.cells, 'cells');
    const shown = Array.from({ length: Math.min(rows.length, SIZE) }, (_, i) => {
      const row = listOf(rows.at(i), `cells[${i}]`);
      const values = Array.from({ length: Math.min(row.length, SIZE) }, (_, j) => asNumber(row.at(j)));
      return { values, of: row.length };
    });
    const width = Math.max(0, ...shown.map(({ of }) => of));
    return {
      type: 'heatmap',
      title: textOf(props.title),
      x: axisOf(props, 'x'),
      y: axisOf(props, 'y'),
      rows: names(props.rows, shown.length),
      columns: names(props.columns, Math.min(width, SIZE)),
      cells: shown.map(({ values }) => values),
      rowsOf: rows.length,
      columnsOf: width,
    };
  });
}

function names(given: readonly string[] | undefined, length: number): string[] {
  return Array.from({ length }, (_, i) => textOf(given?.[i]) ?? String(i));
}
