/**
 * The lanes of a timeline: a task lies in the first lane that is free when it begins, so that there are as many lanes as tasks
 * went on at once, which is as many as there were workers. Times are milliseconds after the start of the run.
 */
import type { TasksReply } from '../../api/routes';
import { STATUS } from './statuses';

/** Where each task of the reply lies, by its place in it. */
export interface Lanes {
  /** Each lane's tasks, in the order of time. Tasks that were taken from another run, or have not begun, are in none. */
  lanes: readonly (readonly number[])[];
  /** Of the first attempt. */
  start: Float64Array;
  /** Infinity: it goes on. */
  end: Float64Array;
  /** The last time that is known. */
  last: number;
}

export function lanesOf(tasks: TasksReply): Lanes {
  const count = tasks.task.length;
  const [start, end] = [new Float64Array(count), new Float64Array(count)];
  const shown: number[] = [];
  let last = 0;
  for (let i = 0; i < count; i++) {
    const began = tasks.start[i] as number;
    if (began < 0 || tasks.status[i] === STATUS.taken) continue;
    const took = tasks.duration[i] as number;
    start[i] = tasks.tries?.[i]?.[0] ?? began;
    end[i] = took < 0 ? Number.POSITIVE_INFINITY : began + took;
    last = Math.max(last, took < 0 ? began : (end[i] as number));
    shown.push(i);
  }
  shown.sort((a, b) => (start[a] as number) - (start[b] as number) || a - b);
  return { lanes: placed(shown, start, end), start, end, last };
}

function placed(shown: readonly number[], start: Float64Array, end: Float64Array): number[][] {
  const lanes: number[][] = [];
  const free: number[] = [];
  for (const i of shown) {
    const began = start[i] as number;
    // A clock of milliseconds may let the next task begin a moment before the one that made room for it has ended.
    let lane = free.findIndex((at) => at <= began + 1);
    if (lane < 0) lane = lanes.push([]) - 1;
    free[lane] = end[i] as number;
    lanes[lane]?.push(i);
  }
  return lanes;
}

/** The task of a lane at a time, or the nearest one that is no farther than `near`. */
export function taskAt(
  { lanes, start, end }: Lanes,
  lane: number,
  at: number,
  near: number,
): number | undefined {
  const tasks = lanes[lane];
  if (!tasks) return undefined;
  // The first that begins later.
  let [low, high] = [0, tasks.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((start[tasks[middle] as number] as number) <= at) low = middle + 1;
    else high = middle;
  }
  const [before, after] = [tasks[low - 1], tasks[low]];
  const behind = before === undefined ? Number.POSITIVE_INFINITY : Math.max(0, at - (end[before] as number));
  const ahead = after === undefined ? Number.POSITIVE_INFINITY : (start[after] as number) - at;
  if (Math.min(behind, ahead) > near) return undefined;
  return behind <= ahead ? before : after;
}
