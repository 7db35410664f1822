/** Points over two axes. */
import { taken } from '../given';
import { handle, type Updatable } from '../handle';
import { textOf } from '../text';
import { adding } from './line';
import type { ChartData, SeriesOptions } from './options';
import { seriesOf } from './series';
import { thinCloud } from './thin';

export interface Scatter extends SeriesOptions, Updatable {
  data: ChartData;
  /** Adds one row to the end of data that is an array. */
  add(row: unknown): void;
}

/** Points, each of a row: `scatter(films, { x: 'gross', y: 'rating', by: 'genre' })`. Of many, those that do not hide each other. */
export function scatter(data: ChartData, options: SeriesOptions = {}): Scatter {
  return handle(
    { ...taken(options), data } as Omit<Scatter, 'update' | 'add'>,
    (props) => {
      const { series, ...drawn } = seriesOf(props.data, props);
      const thinned = series.map(({ name, ...points }) => ({ name, ...thinCloud(points) }));
      return { type: 'scatter', title: textOf(props.title), ...drawn, series: thinned };
    },
    adding,
  );
}
