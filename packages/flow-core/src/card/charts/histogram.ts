/** How often which values are there. */
import { taken } from '../given';
import { handle, type Updatable } from '../handle';
import { niceStep } from '../nice';
import { asNumber, type List, listOf } from '../numbers';
import { allRowsOf } from '../rows';
import { textOf } from '../text';
import { Unshowable } from '../unshowable';
import { type AxisOptions, axisOf, type ChartData } from './options';

const BINS = 100;

export interface HistogramOptions extends AxisOptions {
  /** The column that is counted, where the data are rows. Default: the first that holds numbers. */
  x?: string;
  /** About how many bins; their edges are round numbers. Default: by the number of values, 5 to 40. */
  bins?: number;
}

export interface Histogram extends HistogramOptions, Updatable {
  data: ChartData;
}

/** How many values lie between which: `histogram(ratings, { bins: 20 })`. What is no number is left out, and counted. */
export function histogram(data: ChartData, options: HistogramOptions = {}): Histogram {
  return handle({ ...taken(options), data } as Omit<Histogram, 'update'>, (props) => {
    const { name, list } = valuesOf(props.data, props.x);
    const { edges, counts, gaps } = count(list, props.bins);
    return {
      type: 'histogram',
      title: textOf(props.title),
      x: axisOf(props, 'x', name),
      y: { ...axisOf(props, 'y', 'count') },
      series: [{ name: '', x: edges, y: counts }],
      of: list.length,
      gaps,
    };
  });
}

function valuesOf(data: unknown, x: string | undefined): { name?: string; list: List } {
  const rows = allRowsOf(data);
  const column =
    x === undefined
      ? (rows.columns.find((one) => asNumber(one.at(0)) !== null) ?? rows.columns[0])
      : rows.columns.find(({ name }) => name === x);
  if (!column && rows.length === 0) return { list: listOf([], 'data') };
  if (!column)
    throw new Unshowable(
      `x: there is no column ${x}, but ${rows.columns.map(({ name }) => name).join(', ')}`,
    );
  const name = column.name === 'value' ? undefined : textOf(column.name);
  return { name, list: { length: rows.length, at: column.at } };
}

function count(list: List, bins: unknown) {
  let [low, high, numbers] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  const values = new Float64Array(list.length);
  for (let i = 0; i < list.length; i++) {
    const value = asNumber(list.at(i));
    values[i] = value ?? Number.NaN;
    if (value === null) continue;
    numbers++;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (numbers === 0) return { edges: [], counts: [], gaps: list.length };
  const wanted =
    typeof bins === 'number' && bins >= 1
      ? Math.min(bins, BINS)
      : Math.min(40, Math.max(5, Math.ceil(2 * Math.cbrt(numbers))));
  const step =
    high > low
      ? niceStep(Math.min(high - low, Number.MAX_VALUE), wanted)
      : Math.abs(low) > 1e-9
        ? niceStep(Math.abs(low), 10)
        : 1;
  const from = Math.floor(low / step);
  const size = Math.max(1, Math.min(2 * BINS, Math.ceil(high / step) - from || 1));
  const counts = new Array<number>(size).fill(0);
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    const bin = Math.max(0, Math.min(size - 1, Math.floor(value / step) - from));
    counts[bin] = (counts[bin] as number) + 1;
  }
  const edges = Array.from({ length: size + 1 }, (_, i) => {
    const edge = Number(((from + i) * step).toPrecision(12));
    return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, edge));
  });
  return { edges, counts, gaps: list.length - numbers };
}
