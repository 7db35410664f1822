/** Where an arrow key leads in a timeline: along a lane, or to what goes on beside it in the next lane. */
import { type Lanes, taskAt } from '../logic/lanes';

/** Undefined: there is nothing there, or the key means nothing. */
export function nextTask(lanes: Lanes, task: number | undefined, key: string): number | undefined {
  if (!key.startsWith('Arrow')) return undefined;
  if (task === undefined) return lanes.lanes[0]?.[0];
  const lane = lanes.lanes.findIndex((tasks) => tasks.includes(task));
  if (key === 'ArrowLeft' || key === 'ArrowRight') {
    const tasks = lanes.lanes[lane] ?? [];
    return tasks[tasks.indexOf(task) + (key === 'ArrowLeft' ? -1 : 1)];
  }
  const next = lane + (key === 'ArrowUp' ? -1 : 1);
  return taskAt(lanes, next, lanes.start[task] as number, Number.POSITIVE_INFINITY);
}
