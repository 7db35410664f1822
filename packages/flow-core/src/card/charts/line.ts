/** Lines over an axis. */
import { append, taken } from '../given';
import { handle, type Updatable } from '../handle';
import { textOf } from '../text';
import type { ChartData, SeriesOptions } from './options';
import { seriesOf } from './series';
import { thinLine } from './thin';

export interface LineChart extends SeriesOptions, Updatable {
  data: ChartData;
  /** Adds one row to the end of data that is an array. */
  add(row: unknown): void;
}

/**
 * Lines: of a list of numbers, of pairs, of an object of columns, or of rows. What is no number is a gap. Of many points, the
 * peaks of each stretch are kept.
 */
export function lineChart(data: ChartData, options: SeriesOptions = {}): LineChart {
  return handle(
    { ...taken(options), data } as Omit<LineChart, 'update' | 'add'>,
    (props) => {
      const { series, ...drawn } = seriesOf(props.data, props);
      const thinned = series.map(({ name, ...points }) => ({ name, ...thinLine(points) }));
      return { type: 'line', title: textOf(props.title), ...drawn, series: thinned };
    },
    adding,
  );
}

/** The method `add` of charts. */
export function adding(props: { data: ChartData }, update: () => void) {
  return {
    add(row: unknown) {
      append(props, 'data', row);
      update();
    },
  };
}
