/** How far something is. */
import { taken } from '../given';
import { handle, type Updatable } from '../handle';
import { numberOf, textOf } from '../text';

export interface ProgressOptions {
  title?: string;
  /** How many there are in all. Without it, only the count and the rate are shown. */
  total?: number;
  /** How many are done. Default: 0. */
  value?: number;
  /** What is counted, such as `texts`. */
  unit?: string;
}

export interface Progress extends ProgressOptions, Updatable {
  value: number;
}

/** How many of how many are done, how many a second, and how long it still takes: `p.value++` is enough. */
export function progress(options: ProgressOptions = {}): Progress {
  let first: { at: number; value: number } | undefined;
  let ended: number | undefined;
  return handle({ value: 0, ...taken(options) } as Omit<Progress, 'update'>, (props, { host }) => {
    const value = numberOf(props.value) ?? 0;
    const total = numberOf(props.total);
    const now = host.now();
    // Of a progress that begins anew, the time does too.
    if (!first || value < first.value) first = { at: now, value };
    const isDone = total !== undefined && value >= total;
    ended = isDone ? (ended ?? now) : undefined;
    const elapsed = Math.max(0, (ended ?? now) - first.at) / 1000;
    const rate = elapsed > 0 && value > first.value ? (value - first.value) / elapsed : undefined;
    return {
      type: 'progress',
      title: textOf(props.title),
      value,
      total,
      unit: textOf(props.unit),
      elapsed,
      rate,
      remaining: rate !== undefined && total !== undefined && !isDone ? (total - value) / rate : undefined,
    };
  });
}
