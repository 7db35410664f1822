/**
 * The lanes of a timeline: each attempt of a task is a bar, which lies in the first lane that is free when it begins, so that there
 * are as many lanes as attempts went on at once, which is as many as there were workers. Times are milliseconds after the start of
 * the run.
 */
import type { TasksReply } from '../../api/routes';
import { STATUS } from './statuses';

export interface Bar {
  /** The place of its task in the reply. */
  task: number;
  /** From 0. */
  attempt: number;
  start: number;
  /** Infinity: it goes on. */
  end: number;
  /** Another attempt followed: this one failed. */
  again: boolean;
}

export interface Lanes {
  /** Each lane's bars, in the order of time. Tasks that were taken from another run, or have not begun, have none. */
  lanes: readonly (readonly Bar[])[];
  /** The last time that is known. */
  last: number;
}

export function lanesOf(tasks: TasksReply): Lanes {
  const bars: Bar[] = [];
  let last = 0;
  for (let task = 0; task < tasks.task.length; task++) {
    const start = tasks.start[task] as number;
    if (start < 0 || tasks.status[task] === STATUS.taken) continue;
    const earlier = tasks.tries?.[task] ?? [];
    const attempt = earlier.length / 2;
    for (let i = 0; i < attempt; i++) {
      const [began, took] = [earlier[2 * i] as number, earlier[2 * i + 1] as number];
      bars.push({ task, attempt: i, start: began, end: began + took, again: true });
    }
    const took = tasks.duration[task] as number;
    const end = took < 0 ? Number.POSITIVE_INFINITY : start + took;
    bars.push({ task, attempt, start, end, again: false });
    last = Math.max(last, took < 0 ? start : end);
  }
  bars.sort((a, b) => a.start - b.start || a.task - b.task);
  return { lanes: placed(bars), last };
}

function placed(bars: readonly Bar[]): Bar[][] {
  const lanes: Bar[][] = [];
  const free: number[] = [];
  for (const bar of bars) {
    // A clock of milliseconds may let the next task begin a moment before the one that made room for it has ended.
    let lane = free.findIndex((at) => at <= bar.start + 1);
    if (lane < 0) lane = lanes.push([]) - 1;
    free[lane] = bar.end;
    lanes[lane]?.push(bar);
  }
  return lanes;
}

/** The bar of a lane at a time, or the nearest one that is no farther than `near`. */
export function barAt({ lanes }: Lanes, lane: number, at: number, near: number): Bar | undefined {
  const bars = lanes[lane];
  if (!bars) return undefined;
  // The first that begins later.
  let [low, high] = [0, bars.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((bars[middle] as Bar).start <= at) low = middle + 1;
    else high = middle;
  }
  const [before, after] = [bars[low - 1], bars[low]];
  const behind = before ? Math.max(0, at - before.end) : Number.POSITIVE_INFINITY;
  const ahead = after ? after.start - at : Number.POSITIVE_INFINITY;
  if (Math.min(behind, ahead) > near) return undefined;
  return behind <= ahead ? before : after;
}

/** Where an arrow key leads: along a lane, or to what goes on beside it in the next lane. Undefined: nowhere. */
export function nextBar(lanes: Lanes, bar: Bar | undefined, key: string): Bar | undefined {
  if (!key.startsWith('Arrow')) return undefined;
  if (!bar) return lanes.lanes[0]?.[0];
  const lane = laneOf(lanes, bar);
  if (key === 'ArrowUp' || key === 'ArrowDown')
    return barAt(lanes, lane + (key === 'ArrowUp' ? -1 : 1), bar.start, Number.POSITIVE_INFINITY);
  const bars = lanes.lanes[lane] ?? [];
  return bars[bars.findIndex((one) => isSame(one, bar)) + (key === 'ArrowLeft' ? -1 : 1)];
}

export function laneOf({ lanes }: Lanes, bar: Bar): number {
  return lanes.findIndex((bars) => bars.some((one) => isSame(one, bar)));
}

/** Whether they are the same attempt, in an older and a newer reply too. */
export function isSame(a: Bar, b: Bar | undefined): boolean {
  return a.task === b?.task && a.attempt === b.attempt;
}
