/** Bars that lie, one below the other: names that are long, or many, have room beside them. */
import type { ChartBlock } from '../../document';
import { type Markup, markup } from '../markup';
import type { Place } from '../place';
import { chartFigure, labelled, WIDTH } from './frame';
import { type Extent, niceExtent, scaleOf } from './scale';
import { pointText, ticksOf } from './ticks';

/** More of them stand, however long their names are: the picture would be as high as several screens. */
const MOST = 40;
/** Characters of a name that are shown, and how wide one is; on a small screen, letters are larger. */
const [LONGEST, LETTER, LARGER] = [26, 8.2, 9.8];
const [TOP, BELOW, BAR, GAP] = [8, 40, 16, 8];

/** Whether names of standing bars would be cut or left out. */
export function haveToLie({ x }: ChartBlock): boolean {
  const names = x.categories ?? [];
  const longest = Math.max(...names.map(({ length }) => length), 1);
  return names.length <= MOST && (longest > 14 || names.length * (longest + 1.5) * 8 > WIDTH - 60);
}

/** @param ends what the bars span, with zero */
export function renderAcross(chart: ChartBlock, place: Place, ends: Extent): Markup {
  const names = chart.x.categories ?? [];
  const beside = chart.stacked ? 1 : chart.series.length;
  const band = beside * (beside > 1 ? 0.75 * BAR : BAR) + GAP;
  const bottom = TOP + names.length * band;
  const short = names.map((name) => shortened(name, LONGEST));
  const left = Math.round(14 + Math.max(...short.map(({ length }) => length), 1) * LETTER);
  const around = niceExtent(ends, chart.y, 5);
  const at = scaleOf(around, false, left, WIDTH - 16);
  const marks = ticksOf(chart.y, around.low, around.high, 5).map(
    ({ value, text }) =>
      markup`<path class="g" d="M${at(value)} ${TOP}V${bottom}"/><text x="${at(value)}" y="${bottom + 18}" class="m">${text}</text>`,
  );
  const heads = names.map((name, i) => {
    const shorter = shortened(name, Math.floor((left - 8) / LARGER));
    const head = (text: string, more: string) =>
      markup`<text x="${left - 8}" y="${(TOP + (i + 0.5) * band + 4).toFixed(1)}" class="e${more}">${text}${text !== name && markup`<title>${name}</title>`}</text>`;
    return shorter === short[i] ? head(shorter, '') : [head(short[i] ?? '', ' o'), head(shorter, ' q')];
  });
  const thick = (band - GAP) / beside;
  const after = {
    above: new Array<number>(names.length).fill(0),
    below: new Array<number>(names.length).fill(0),
  };
  const bars = chart.series.map(({ name, x, y }, i) => {
    const shown = y.map((value, j) => {
      const row = x[j];
      if (typeof value !== 'number' || typeof row !== 'number') return undefined;
      const side = value < 0 ? after.below : after.above;
      const from = chart.stacked ? (side[row] ?? 0) : 0;
      if (!Number.isFinite(from + value)) return undefined;
      side[row] = from + value;
      const [a, b] = [at(from), at(from + value)];
      const top = TOP + row * band + GAP / 2 + (chart.stacked ? 0 : i * thick);
      const said = `${pointText(chart.x, row)}${name ? `, ${name}` : ''}: ${pointText(chart.y, value)}`;
      return markup`<rect x="${Math.min(a, b)}" y="${top.toFixed(1)}" width="${Math.max(0.5, Math.abs(a - b)).toFixed(1)}" height="${thick.toFixed(1)}"><title>${said}</title></rect>`;
    });
    return markup`<g class="s${i % 8} bars">${shown}</g>`;
  });
  const label = labelled(chart.y);
  const inside = [
    marks,
    heads,
    bars,
    markup`<path class="a" d="M${at(0)} ${TOP}V${bottom}"/>`,
    label && markup`<text x="${WIDTH - 16}" y="${bottom + 36}" class="e">${label}</text>`,
  ];
  return chartFigure(chart, place, 'Bar chart', inside, ends, bottom + BELOW);
}

function shortened(name: string, longest: number): string {
  const letters = [...name];
  return letters.length > longest ? `${letters.slice(0, longest - 1).join('')}…` : name;
}
