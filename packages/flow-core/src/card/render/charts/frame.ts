/** What all charts have: the axes with their marks, the legend, the words for who does not see them. */
import type { Axis, ChartBlock } from '../../document';
import { counted } from '../figures';
import { type Filling, type Markup, markup } from '../markup';
import { block, note } from '../parts';
import type { Place } from '../place';
import { type Extent, niceExtent, scaleOf } from './scale';
import { pointText, type Tick, ticksOf } from './ticks';

export const WIDTH = 540;
const HEIGHT = 280;
/** Of a character of the marks. */
const LETTER = 8;
const BOTTOM = HEIGHT - 44;
/** What the name of the axis below takes. */
const NAME = 18;

/** The classes of a series. There are eight colours: the lines of the next eight are dashed. */
export const colourOf = (i: number) => `s${i % 8}${Math.floor(i / 8) % 2 === 1 ? ' two' : ''}`;

export interface Frame {
  left: number;
  right: number;
  top: number;
  bottom: number;
  x(value: number): number;
  y(value: number): number;
  axes: Markup;
}

/**
 * @param x what its axis spans; that of categories has one place for each
 * @param y what its axis spans; its ends become round numbers
 */
export function frameOf(chart: ChartBlock, x: Extent, y: Extent): Frame {
  const yEnds = niceExtent(y, chart.y, 5);
  const yTicks = ticksOf(chart.y, yEnds.low, yEnds.high, 5, areWhole(chart.series.map((series) => series.y)));
  const longest = Math.max(...yTicks.map(({ text }) => text.length), 1);
  const left = Math.min(130, Math.round(16 + longest * LETTER));
  const right = WIDTH - 16;
  const top = labelled(chart.y) ? 34 : 12;
  const yAt = scaleOf(yEnds, chart.y.log, BOTTOM, top);
  const xAt = scaleOf(x, chart.x.log, left, right);
  const xTicks = xTicksOf(chart, x, right - left);
  const marks = [
    yTicks.map(({ value, text }) => {
      const at = yAt(value);
      return markup`<path class="g" d="M${left} ${at}H${right}"/><text x="${left - 6}" y="${at + 4}" class="e">${text}</text>`;
    }),
    xTicks.map(({ value, text }, i) => {
      const at = xAt(value);
      return markup`<path class="g" d="M${at} ${BOTTOM}v4"/><text x="${at}" y="${BOTTOM + 21}" class="m${xTicks.length > 4 && i % 2 === 1 ? ' o' : ''}">${text}</text>`;
    }),
    markup`<path class="a" d="M${left} ${BOTTOM}H${right}"/>`,
    labelled(chart.y) && markup`<text x="2" y="14">${labelled(chart.y)}</text>`,
    labelled(chart.x) && markup`<text x="${right}" y="${HEIGHT - 4}" class="e">${labelled(chart.x)}</text>`,
  ];
  return { left, right, top, bottom: BOTTOM, x: xAt, y: yAt, axes: markup`${marks}` };
}

/** As many as have room. */
function xTicksOf({ x: axis, series }: ChartBlock, { low, high }: Extent, width: number): Tick[] {
  if (!axis.categories) {
    const whole = areWhole(series.map(({ x }) => x));
    const many = ticksOf(axis, low, high, axis.time ? 5 : 7, whole);
    const longest = Math.max(...many.map(({ text }) => text.length), 1);
    return many.length * (longest + 1) * LETTER <= width ? many : ticksOf(axis, low, high, 3, whole);
  }
  const names = axis.categories;
  const short = names.map((name) => (name.length > 14 ? `${[...name].slice(0, 12).join('')}…` : name));
  const longest = Math.max(...short.map((name) => name.length), 1);
  const every = Math.max(1, Math.ceil((names.length * (longest + 1.5) * LETTER) / width));
  return short.map((text, value) => ({ value, text })).filter((_, i) => i % every === 0);
}

/** Whether marks between whole numbers would say nothing. */
function areWhole(lists: (number | null)[][]): boolean {
  return lists.every((list) => list.every((value) => value === null || Number.isInteger(value)));
}

/** `loss (nats)`; times are of UTC. */
export function labelled({ label, unit, time }: Axis): string {
  const more = unit ?? (time ? 'UTC' : '');
  return label && more ? `${label} (${more})` : (label ?? more);
}

/** @param kind in words, such as `Line chart` @param inside of the picture */
export function chartFigure(
  chart: ChartBlock,
  place: Place,
  kind: string,
  inside: Filling,
  y?: Extent,
  height = labelled(chart.x) ? HEIGHT : HEIGHT - NAME,
): Markup {
  place.need('chart');
  const named = chart.series.filter(({ name }) => name);
  const legend =
    chart.series.length > 1 &&
    markup`<ul class="legend">${chart.series.map(({ name }, i) => markup`<li><i class="k${colourOf(i).slice(1)}"></i>${name || `series ${i + 1}`}</li>`)}</ul>`;
  const said = [
    `${kind}${chart.title ? `: ${chart.title}` : ''}`,
    named.length > 0 ? `of ${named.map(({ name }) => name).join(', ')}` : '',
    chart.x.label ? `by ${chart.x.label}` : '',
    y ? `from ${pointText(chart.y, y.low)} to ${pointText(chart.y, y.high)}` : '',
  ];
  const picture = markup`<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${said.filter(Boolean).join(' ')}">${inside}</svg>`;
  return block('chart', place.id, chart.title, [legend, picture, notesOf(chart)]);
}

function notesOf(chart: ChartBlock): Filling {
  const shown = chart.series.reduce((sum, { x }) => sum + x.length, 0);
  const isThinned =
    (chart.type === 'line' || chart.type === 'scatter') && chart.of - (chart.gaps ?? 0) > shown;
  const notes = [
    isThinned && `${counted(shown, 'point')} of ${chart.of.toLocaleString('en')} make the picture.`,
    chart.more &&
      `The first ${counted(chart.x.categories?.length ?? 0, 'category').replace('categorys', 'categories')} of ${(chart.more + (chart.x.categories?.length ?? 0)).toLocaleString('en')}.`,
    chart.gaps &&
      `Not shown: ${counted(chart.gaps, 'value')} that ${chart.gaps === 1 ? 'is' : 'are'} ${chart.y.log || chart.x.log ? 'no number above 0' : 'no number'}.`,
  ].filter(Boolean);
  return notes.length > 0 && note(notes.join(' '));
}

/** Of a chart that has nothing to show. */
export function emptyChart(chart: ChartBlock, place: Place): Markup {
  place.need('chart');
  return block('chart', place.id, chart.title, [note('No points.'), notesOf(chart)]);
}
