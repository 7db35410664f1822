/** A heat map: a table, whose cells have one of eleven colours. Its numbers can be read and copied. */
import type { HeatmapBlock } from '../../document';
import { figure } from '../figures';
import { type Markup, markup } from '../markup';
import { block, note } from '../parts';
import type { Place } from '../place';
import { WIDTHS } from '../style-charts';
import { extentOf } from './scale';

/** With more columns than that, cells show no numbers, but say them. */
const WITH_NUMBERS = 16;
/** Columns are of one width where that takes no more characters than these. */
const EVEN = 90;

export function renderHeatmap(map: HeatmapBlock, place: Place): Markup {
  place.need('heatmap');
  const ends = extentOf(map.cells);
  if (!ends) return block('heat', place.id, map.title, note('No numbers.'));
  const isSmall = map.columns.length > WITH_NUMBERS;
  const low = Math.min(0, ends.low);
  const shade = (value: number) => Math.round((10 * (value / 2 - low / 2)) / (ends.high / 2 - low / 2 || 1));
  const rows = map.cells.map((row, i) => {
    const cells = map.columns.map((column, j) => {
      const value = row[j];
      if (typeof value !== 'number') return markup`<td></td>`;
      const said = `${map.rows[i]}, ${column}: ${figure(value)}`;
      return markup`<td class="h${shade(value)}" title="${said}">${isSmall ? '' : figure(value, 3)}</td>`;
    });
    return markup`<tr><th scope="row">${map.rows[i]}</th>${cells}</tr>`;
  });
  const head = map.columns.map((name) => markup`<th scope="col">${name}</th>`);
  const axes = [labelOf(map.y, 'Rows'), labelOf(map.x, 'Columns')].filter(Boolean).join(' · ');
  const isCut = map.rowsOf > map.rows.length || map.columnsOf > map.columns.length;
  return block('heat', place.id, map.title, [
    axes !== '' && markup`<div class="axes">${axes}</div>`,
    markup`<div class="scroll" tabindex="0" role="region" aria-label="${map.title ?? 'Heat map'}"><table class="${isSmall ? 'small' : widthOf(map.columns)}"><thead><tr><td></td>${head}</tr></thead><tbody>${rows}</tbody></table></div>`,
    isSmall && note(`From ${figure(ends.low, 3)} to ${figure(ends.high, 3)}.`),
    isCut &&
      note(`The first ${map.rows.length} by ${map.columns.length} of ${map.rowsOf} by ${map.columnsOf}.`),
  ]);
}

/** The class of columns of one width, that of the longest name. */
function widthOf(names: string[]): string {
  const longest = Math.max(...names.map(({ length }) => length), 1);
  const width = WIDTHS.find((one) => one >= 0.8 * longest);
  return width === undefined || names.length * longest > EVEN ? '' : `w${width}`;
}

function labelOf({ label, unit }: HeatmapBlock['x'], name: string): string {
  if (!label && !unit) return '';
  return `${name}: ${label ?? ''}${unit ? ` (${unit})` : ''}`;
}
