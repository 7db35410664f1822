/** Bars, and histograms. */
import type { ChartBlock } from '../../document';
import { counted } from '../figures';
import { type Markup, markup } from '../markup';
import type { Place } from '../place';
import { haveToLie, renderAcross } from './across';
import { chartFigure, emptyChart, type Frame, frameOf } from './frame';
import { type Extent, extentOf } from './scale';
import { pointText } from './ticks';

export function renderBar(chart: ChartBlock, place: Place): Markup {
  const names = chart.x.categories ?? [];
  const y = chart.stacked ? stackedExtent(chart) : extentOf(chart.series.map((series) => series.y));
  if (!y || names.length === 0) return emptyChart(chart, place);
  if (haveToLie(chart)) return renderAcross(chart, place, withZero(y));
  const frame = frameOf(chart, { low: -0.5, high: names.length - 0.5 }, withZero(y));
  const band = (frame.right - frame.left) / names.length;
  const beside = chart.stacked ? 1 : chart.series.length;
  const width = Math.max(0.5, Math.min(60, (band * 0.78) / beside));
  const above = new Array<number>(names.length).fill(0);
  const below = new Array<number>(names.length).fill(0);
  const bars = chart.series.map(({ name, x, y }, i) => {
    const shown = y.map((value, j) => {
      const place = x[j];
      if (typeof value !== 'number' || typeof place !== 'number') return undefined;
      const stack = value < 0 ? below : above;
      const from = chart.stacked ? (stack[place] ?? 0) : 0;
      if (!Number.isFinite(from + value)) return undefined;
      stack[place] = from + value;
      const left = frame.x(place) + (chart.stacked ? -width / 2 : (i - beside / 2) * width);
      const said = `${pointText(chart.x, place)}${name ? `, ${name}` : ''}: ${pointText(chart.y, value)}`;
      return bar(frame, left, width, from, from + value, said);
    });
    return markup`<g class="s${i % 8} bars">${shown}</g>`;
  });
  return chartFigure(chart, place, 'Bar chart', [frame.axes, bars, zero(frame)], y);
}

export function renderHistogram(chart: ChartBlock, place: Place): Markup {
  const [{ x: edges, y: counts } = { x: [], y: [] }] = chart.series;
  const y = extentOf([counts]);
  const x = extentOf([edges]);
  if (!x || !y) return emptyChart(chart, place);
  const frame = frameOf(chart, x, withZero(y));
  const bars = counts.map((count, i) => {
    const [from, to] = [edges[i], edges[i + 1]];
    if (typeof from !== 'number' || typeof to !== 'number' || !count) return undefined;
    const [left, right] = [frame.x(from), frame.x(to)];
    const said = `${pointText(chart.x, from)} to ${pointText(chart.x, to)}: ${counted(count, 'value')}`;
    return bar(frame, left + 0.5, Math.max(0.5, right - left - 1), 0, count, said);
  });
  return chartFigure(chart, place, 'Histogram', [frame.axes, markup`<g class="s0 bars">${bars}</g>`], y);
}

function bar(frame: Frame, left: number, width: number, from: number, to: number, said: string): Markup {
  const [a, b] = [frame.y(from), frame.y(to)];
  const height = Math.max(0.5, Math.abs(a - b));
  return markup`<rect x="${left.toFixed(1)}" y="${Math.min(a, b)}" width="${width.toFixed(1)}" height="${height.toFixed(1)}"><title>${said}</title></rect>`;
}

/** A line at zero, where bars hang below it. */
function zero(frame: Frame): Markup | undefined {
  const at = frame.y(0);
  return at < frame.bottom - 1
    ? markup`<path class="a" d="M${frame.left} ${at}H${frame.right}"/>`
    : undefined;
}

function withZero({ low, high }: Extent): Extent {
  const ends = { low: Math.min(0, low), high: Math.max(0, high) };
  return ends.low === ends.high ? { low: 0, high: 1 } : ends;
}

function stackedExtent(chart: ChartBlock): Extent | undefined {
  const sums: number[] = [];
  for (const sign of [1, -1])
    chart.x.categories?.forEach((_, j) => {
      let sum = 0;
      for (const { y } of chart.series) if (sign * (y[j] ?? 0) > 0) sum += y[j] ?? 0;
      sums.push(sum);
    });
  return extentOf([sums]);
}
