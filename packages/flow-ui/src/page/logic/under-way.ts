/**
 * Which steps of which runs are being executed, by what one hears: the store has a row of a task only after it has gone on for a
 * while, and most tasks are done by then.
 */
import type { Happened } from '../../api/messages';

/** By the pathspec of the run: the tasks that go on, each with its step, and the steps that were the last to go on. */
export type UnderWay = Map<string, { tasks: Map<string, string>; steps: readonly string[] }>;

/** Adds what happened. Returns whether the steps of a run are others now. */
export function follow(all: UnderWay, { event }: Happened): boolean {
  if (event.type === 'run-done') return all.delete(`${event.flow}/${event.run}`);
  if (!('task' in event) || typeof event.task !== 'object') return false;
  const { flow, run, step, task, index, iteration } = event.task;
  if (run === undefined || event.type === 'task-log') return false;
  const pathspec = `${flow}/${run}`;
  const of = all.get(pathspec) ?? { tasks: new Map(), steps: [] };
  const key = `${step}/${task ?? ''}/${index.join('.')}/${iteration ?? ''}`;
  if (event.type === 'task-started') of.tasks.set(key, step);
  else of.tasks.delete(key);
  // Between two tasks the last steps stay: they are what one waits behind.
  const steps = of.tasks.size > 0 ? [...new Set(of.tasks.values())] : of.steps;
  const changed = steps.join() !== of.steps.join();
  all.set(pathspec, { tasks: of.tasks, steps });
  return changed;
}
