/** A number, and how far something is. */
import type { ProgressBlock, ValueBlock } from '../document';
import { duration, figure } from './figures';
import { type Markup, markup } from './markup';
import { block } from './parts';
import type { Place } from './place';
import { sparkline } from './sparkline';

export function renderValue(value: ValueBlock, place: Place): Markup {
  place.need('value');
  const shown = typeof value.value === 'number' ? figure(value.value) : value.value;
  return block('v', place.id, value.title, [
    isCurrency(value.unit)
      ? markup`<div class="big">${value.unit}${shown}</div>`
      : markup`<div class="big">${shown}${value.unit && markup` <small>${value.unit}</small>`}</div>`,
    changeOf(value),
    value.trend && value.trend.length > 1 && sparkline(value.trend, value.title),
  ]);
}

/** Stands in front of the number. */
function isCurrency(unit: string | undefined): boolean {
  return unit !== undefined && /^[$€£¥₹₩]$/.test(unit);
}

/** A share of a number; what is a share itself changes by points. */
function changeOf({ value, before, lower, unit }: ValueBlock): Markup | undefined {
  if (typeof value !== 'number' || typeof before !== 'number') return undefined;
  const change = value - before;
  const sign = change > 0 ? '▲' : change < 0 ? '▼' : '=';
  const isGood = lower ? change < 0 : change > 0;
  const share =
    unit === '%'
      ? `${figure(Math.abs(change), 3)} points`
      : before === 0
        ? figure(Math.abs(change), 3)
        : `${figure(Math.abs((100 * change) / before), 3)} %`;
  const name = change === 0 ? 'same' : isGood ? 'good' : 'bad';
  return markup`<div class="change ${name}">${sign} ${change === 0 ? 'unchanged' : share} <span>from ${figure(before)}</span></div>`;
}

export function renderProgress(progress: ProgressBlock, place: Place): Markup {
  place.need('progress');
  const { value, total, unit, rate, remaining, elapsed } = progress;
  const count = total === undefined ? figure(value) : `${figure(value)} of ${figure(total)}`;
  const isDone = total !== undefined && value >= total;
  const told = [
    `${count}${unit ? ` ${unit}` : ''}`,
    total ? `${Math.floor((100 * value) / total)} %` : '',
    rate === undefined
      ? ''
      : rate >= 0.1
        ? `${figure(rate, 3)} a second`
        : `${figure(rate * 60, 3)} a minute`,
    isDone
      ? elapsed
        ? `took ${duration(elapsed)}`
        : ''
      : remaining === undefined
        ? ''
        : `${duration(remaining)} left`,
  ];
  const bar =
    total !== undefined &&
    markup`<progress max="${Math.max(total, 1e-9)}" value="${Math.max(0, Math.min(value, total))}" aria-label="${progress.title ?? 'Progress'}"></progress>`;
  return block('p', place.id, progress.title, [
    bar,
    markup`<div class="told">${told.filter(Boolean).join(' · ')}</div>`,
  ]);
}
