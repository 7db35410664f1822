/** Lines and clouds of points. */
import type { ChartBlock } from '../../document';
import { Markup, markup } from '../markup';
import type { Place } from '../place';
import { chartFigure, colourOf, emptyChart, type Frame, frameOf } from './frame';
import { PathText } from './path-text';
import { extentOf, niceExtent } from './scale';
import { pointText } from './ticks';

type Series = ChartBlock['series'][number];

/** Points of a line that are drawn as such, each with its tooltip. */
const DOTS = 40;
const CIRCLES = 300;

export function renderLine(chart: ChartBlock, place: Place): Markup {
  return overAxes(chart, place, 'Line chart', (series, i, frame) => {
    const shown = series.x.length <= DOTS ? dots(chart, series, frame, 2.5) : lonely(series, frame);
    return markup`<g class="${colourOf(i)}"><path class="l" d="${lineOf(series, frame)}"><title>${series.name || chart.y.label}</title></path>${shown}</g>`;
  });
}

export function renderScatter(chart: ChartBlock, place: Place): Markup {
  const total = chart.series.reduce((sum, { x }) => sum + x.length, 0);
  return overAxes(chart, place, 'Scatter plot', (series, i, frame) => {
    if (total <= CIRCLES) return markup`<g class="s${i % 8} cloud">${dots(chart, series, frame, 4)}</g>`;
    let path = '';
    series.x.forEach((x, at) => {
      const y = series.y[at];
      if (isNumber(x) && isNumber(y)) path += `M${frame.x(x)} ${frame.y(y)}h0`;
    });
    return markup`<g class="s${i % 8} cloud"><path class="d" d="${new Markup(path)}"><title>${series.name}</title></path></g>`;
  });
}

function overAxes(
  chart: ChartBlock,
  place: Place,
  kind: string,
  draw: (series: Series, index: number, frame: Frame) => Markup,
): Markup {
  const x = extentOf(chart.series.map((series) => series.x));
  const y = extentOf(chart.series.map((series) => series.y));
  if (!x || !y) return emptyChart(chart, place);
  const isPlain = chart.type === 'line' || chart.x.categories;
  const around = chart.x.categories ? { low: -0.5, high: chart.x.categories.length - 0.5 } : x;
  const xEnds = x.low === x.high || !isPlain ? niceExtent(around, chart.x, 7) : around;
  const frame = frameOf(chart, xEnds, y);
  return chartFigure(
    chart,
    place,
    kind,
    [frame.axes, chart.series.map((series, i) => draw(series, i, frame))],
    y,
  );
}

function lineOf({ x, y }: Series, frame: Frame): Markup {
  const path = new PathText(x.length);
  let isDown = false;
  for (let i = 0; i < x.length; i++) {
    const at = x[i];
    const value = y[i];
    if (!isNumber(at) || !isNumber(value)) isDown = false;
    else {
      if (isDown) path.lineTo(frame.x(at), frame.y(value));
      else path.moveTo(frame.x(at), frame.y(value));
      isDown = true;
    }
  }
  return new Markup(path.toString());
}

function dots(chart: ChartBlock, { name, x, y }: Series, frame: Frame, radius: number): Markup[] {
  return x.flatMap((at, i) => {
    const value = y[i];
    if (!isNumber(at) || !isNumber(value)) return [];
    const said = `${name ? `${name}: ` : ''}${pointText(chart.y, value)} at ${pointText(chart.x, at)}`;
    return [
      markup`<circle cx="${frame.x(at)}" cy="${frame.y(value)}" r="${radius}"><title>${said}</title></circle>`,
    ];
  });
}

/** Points between two gaps: a line of one point is not seen. */
function lonely({ x, y }: Series, frame: Frame): Markup[] {
  const found: Markup[] = [];
  for (let i = 0; i < x.length; i++) {
    if (isNumber(y[i + 1]) || (i > 0 && isNumber(y[i - 1]))) continue;
    const at = x[i];
    const value = y[i];
    if (!isNumber(at) || !isNumber(value)) continue;
    found.push(markup`<circle cx="${frame.x(at)}" cy="${frame.y(value)}" r="1.5"/>`);
  }
  return found;
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
