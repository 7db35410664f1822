/** Where an axis has its marks, and what they say. */
import type { Axis } from '../../document';
import { niceStep } from '../../nice';
import { figure } from '../figures';

export interface Tick {
  value: number;
  text: string;
}

/** @param count about how many @param whole that all values are whole numbers, and so are the marks */
export function ticksOf(axis: Axis, low: number, high: number, count: number, whole = false): Tick[] {
  if (axis.time) return timeTicks(low, high, count);
  return axis.log ? logTicks(low, high) : numberTicks(low, high, count, whole);
}

function numberTicks(low: number, high: number, count: number, whole: boolean): Tick[] {
  if (!Number.isFinite(high - low)) return [low, 0, high].map((value) => ({ value, text: figure(value, 2) }));
  const nice = niceStep(high - low, count);
  const step = whole ? Math.max(1, nice) : nice;
  const values: number[] = [];
  const first = Math.ceil(low / step - 1e-9);
  for (let i = first; i * step <= high + step * 1e-9 && values.length < 2 * count + 4; i++)
    values.push(Number((i * step).toPrecision(14)) || 0);
  return values.filter(Number.isFinite).map((value) => ({
    value,
    text: textOf(value, step, Math.max(Math.abs(low), Math.abs(high))),
  }));
}

/** As many digits as the step has; millions and billions are said by a letter. */
function textOf(value: number, step: number, largest: number): string {
  if (value === 0) return '0';
  if (largest >= 1e12 || largest < 1e-4) return figure(value, 3);
  const [size, letter] = largest >= 1e9 ? [1e9, 'B'] : largest >= 1e6 ? [1e6, 'M'] : [1, ''];
  const digits = Math.max(0, -Math.floor(Math.log10(step / size) + 1e-9));
  if (digits > 5) return figure(value, 12);
  const [whole = '', rest] = (value / size).toFixed(digits).split('.');
  const grouped = largest / size >= 10_000 ? whole.replace(/\B(?=(\d{3})+$)/g, ',') : whole;
  return (rest === undefined ? grouped : `${grouped}.${rest}`) + letter;
}

function logTicks(low: number, high: number): Tick[] {
  if (!(low > 0 && high < Number.POSITIVE_INFINITY)) return [];
  const [from, to] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const every = Math.max(1, Math.ceil((to - from) / 6));
  const ticks: Tick[] = [];
  for (let power = from; power <= to; power += every)
    for (const times of to - from <= 2 ? [1, 2, 5] : [1]) {
      const value = times * 10 ** power;
      if (value >= low * 0.999 && value <= high * 1.001 && Number.isFinite(value))
        ticks.push({ value, text: figure(value, 2) });
    }
  return ticks;
}

const SECOND = 1_000;
const DAY = 86_400 * SECOND;
const STEPS = [
  ...[1, 10, 100, 500].map((count) => count),
  ...[1, 5, 15, 30].map((count) => count * SECOND),
  ...[1, 5, 15, 30].map((count) => count * 60 * SECOND),
  ...[1, 3, 6, 12].map((count) => count * 3_600 * SECOND),
  ...[1, 2, 7].map((count) => count * DAY),
];
const MONTHS = [1, 3, 6, 12, 24, 60, 120, 240, 600, 1_200];
const NAMES = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** In UTC, so that the same card is the same file everywhere. */
function timeTicks(low: number, high: number, count: number): Tick[] {
  const rough = (high - low) / Math.max(1, count);
  const step = STEPS.find((one) => one >= rough);
  if (step === undefined) return monthTicks(low, high, rough);
  const ticks: Tick[] = [];
  for (let value = Math.ceil(low / step) * step; value <= high; value += step)
    ticks.push({ value, text: momentOf(value, step) });
  return ticks;
}

function monthTicks(low: number, high: number, rough: number): Tick[] {
  const step = MONTHS.find((months) => months * 31 * DAY >= rough) ?? Math.ceil(rough / (365 * DAY)) * 12;
  const start = new Date(low);
  const first = Math.ceil((12 * start.getUTCFullYear() + start.getUTCMonth()) / step) * step;
  const ticks: Tick[] = [];
  for (let month = first; ticks.length < 50; month += step) {
    const value = new Date(0).setUTCFullYear(Math.floor(month / 12), month % 12, 1);
    if (!(value <= high)) break;
    const year = String(Math.floor(month / 12));
    if (value >= low) ticks.push({ value, text: step >= 12 ? year : `${NAMES[month % 12]} ${year}` });
  }
  return ticks;
}

function momentOf(value: number, step: number): string {
  const iso = new Date(value).toISOString();
  if (step >= DAY) return `${NAMES[Number(iso.slice(5, 7)) - 1]} ${Number(iso.slice(8, 10))}`;
  if (step >= 60 * SECOND) return iso.slice(11, 16);
  return step >= SECOND ? iso.slice(11, 19) : iso.slice(17, 23);
}

/** A value of an axis in words, for a tooltip. */
export function pointText(axis: Axis, value: number): string {
  if (axis.categories) return axis.categories[value] ?? String(value);
  if (axis.time)
    return Number.isNaN(new Date(value).getTime())
      ? String(value)
      : new Date(value).toISOString().replace(/T00:00:00\.000Z$|\.000Z$/, '');
  return `${figure(value)}${axis.unit ? ` ${axis.unit}` : ''}`;
}
