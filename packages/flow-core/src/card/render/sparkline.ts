/** A small line without axes. */
import { type Markup, markup } from './markup';

export function sparkline(values: (number | null)[], name = 'Trend'): Markup {
  const shown = values.filter((value): value is number => typeof value === 'number');
  const [low, high] = [Math.min(...shown), Math.max(...shown)];
  const x = (i: number) => (2 + (116 * i) / Math.max(1, values.length - 1)).toFixed(1);
  const y = (value: number) => (high === low ? 14 : 26 - (24 * (value - low)) / (high - low)).toFixed(1);
  let path = '';
  let pen = 'M';
  values.forEach((value, i) => {
    if (typeof value !== 'number') pen = 'M';
    else {
      path += `${pen}${x(i)} ${y(value)}`;
      pen = 'L';
    }
  });
  const last = shown.at(-1);
  const label = last === undefined ? name : `${name}: from ${shown[0]} to ${last}`;
  const end = typeof values.at(-1) === 'number' && markup`<circle cx="118" cy="${y(last as number)}" r="2"/>`;
  return markup`<svg class="spark" viewBox="0 0 122 28" role="img" aria-label="${label}"><path d="${path}"/>${end}</svg>`;
}
