/** Bars of categories. */
import { taken } from '../given';
import { handle, type Updatable } from '../handle';
import { textOf } from '../text';
import { adding } from './line';
import type { ChartData, SeriesOptions } from './options';
import { type Series, seriesOf } from './series';

/** Categories that are shown; the first ones. */
const BARS = 100;

export interface BarOptions extends Omit<SeriesOptions, 'xLog' | 'yLog'> {
  /** Bars of one category lie on each other, instead of beside each other. */
  stacked?: boolean;
}

export interface BarChart extends BarOptions, Updatable {
  data: ChartData;
  /** Adds one row to the end of data that is an array. */
  add(row: unknown): void;
}

/** Bars, one for each category: `barChart(genres, { x: 'genre', y: ['films', 'awards'] })`. Rows of one category are summed up. */
export function barChart(data: ChartData, options: BarOptions = {}): BarChart {
  return handle(
    { ...taken(options), data } as Omit<BarChart, 'update' | 'add'>,
    (props) => {
      const { series, ...drawn } = seriesOf(props.data, props, true);
      const categories = drawn.x.categories ?? [];
      const summed = series.map((one) => ({
        name: one.name,
        ...sums(one, Math.min(categories.length, BARS)),
      }));
      const x = { ...drawn.x, categories: categories.slice(0, BARS) };
      const more = categories.length - BARS;
      return {
        ...{ type: 'bar', title: textOf(props.title), ...drawn, x, series: summed },
        ...{ stacked: props.stacked === true || undefined, more: more > 0 ? more : undefined },
      } as const;
    },
    adding,
  );
}

function sums({ x, y }: Series, length: number) {
  const of = new Array<number | null>(length).fill(null);
  for (let i = 0; i < x.length; i++) {
    const [place, value] = [x[i] as number, y[i] as number];
    if (place < length && Number.isFinite(value)) of[place] = (of[place] ?? 0) + value;
  }
  return { x: of.map((_, i) => i), y: of };
}
