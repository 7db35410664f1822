/** What all charts are given. */

import type { TableRows } from '../components/table';
import type { Axis } from '../document';
import { textOf } from '../text';

/** What a chart is drawn from: numbers, or rows as a table has them. */
export type ChartData = TableRows;

export interface AxisOptions {
  title?: string;
  /** What the axes show. Default: the names of the columns. */
  xLabel?: string;
  yLabel?: string;
  /** Such as `ms`; stands after the label. */
  xUnit?: string;
  yUnit?: string;
}

export interface SeriesOptions extends AxisOptions {
  /** The column of the x axis. Default: the index of the row. Dates make an axis of times, texts one of categories. */
  x?: string;
  /** The columns that are drawn, one or more. Default: all others that hold numbers. */
  y?: string | readonly string[];
  /** A column of texts: each of them gets a series of its own. */
  by?: string;
  /** Scales of powers of ten. What is not above 0 is not shown there. */
  xLog?: boolean;
  yLog?: boolean;
}

/** @param name what the axis shows where no label is given */
export function axisOf(options: AxisOptions, which: 'x' | 'y', name?: string): Axis {
  return {
    label: textOf(options[`${which}Label`]) ?? name,
    unit: textOf(options[`${which}Unit`]),
  };
}
