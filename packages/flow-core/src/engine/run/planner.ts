/** Numbers the tasks that become possible and makes them ready. Taken-over tasks are done at once. */
import { ancestors, type StepNode } from '../../definition/graph';
import type { TaskRow } from '../../store/rows';
import { viewsOf } from '../pool/job';
import type { Installed } from '../pool/packages';
import type { Planned, PlannedTasks } from '../task/place';
import type { RunOptions } from './options';
import { numbered } from './pool-host';
import { ReadyTasks } from './ready-tasks';
import type { NumberedTask, Recorder } from './recorder';
import { type Decided, Scheduler } from './scheduler';
import { notHanded } from './task-address';

export class Planner {
  readonly ready = new ReadyTasks<NumberedTask>();
  /** With `until`: the steps to execute. */
  readonly wanted: ReadonlySet<string> | undefined;
  /** The step `end` is done. */
  ended = false;
  readonly #options: RunOptions;
  readonly #recorder: Recorder;
  readonly #scheduler: Scheduler;
  readonly #packages: ReadonlyMap<string, Installed>;
  #numbers = 0;

  /** @param packages where the npm packages of each step are installed */
  constructor(options: RunOptions, recorder: Recorder, packages: ReadonlyMap<string, Installed>) {
    this.#options = options;
    this.#recorder = recorder;
    this.#packages = packages;
    this.#scheduler = new Scheduler(options.graph, (label) => recorder.views.retain(label));
    if (options.until !== undefined) this.wanted = ancestors(options.graph, options.until);
  }

  /** @throws FlowError FLOW_HANDOVER */
  start(): boolean {
    this.#plan([this.#scheduler.start()]);
    return true;
  }

  /**
   * Call when a recorded task is done. Returns whether tasks follow.
   * @param bailed no task may follow
   * @throws FlowError FLOW_HANDOVER
   */
  done(task: NumberedTask, result: Decided, bailed: boolean): boolean {
    this.ended ||= task.step === 'end';
    const next = bailed ? [] : this.#scheduler.after(task, result);
    if (next.length > 0) this.#plan(next);
    this.#recorder.views.release(task.label);
    this.over(task);
    return next.length > 0;
  }

  /** Call when a task reads nothing more. */
  over(task: Planned): void {
    for (const label of viewsOf(task)) this.#recorder.views.release(label);
  }

  /** Makes a task ready again that was pulled before. */
  again(task: NumberedTask): void {
    this.ready.push(this.#kind(task.step), task);
  }

  #plan(plans: PlannedTasks[]): void {
    const { emit, takeover, only } = this.#options;
    const planned = new Counts();
    const taken = new Counts();
    const passed: NumberedTask[] = [];
    const todo = [...plans];
    for (let next = todo.shift(); next; next = todo.shift()) {
      const { step, count, at } = next;
      if (this.wanted && !this.wanted.has(step)) continue;
      const first = this.#numbers + 1;
      this.#numbers += count;
      const make = (index: number) => numbered(at(index), first + index);
      this.#retain(at(0), count);
      if (!takeover && (only === undefined || step === only)) {
        this.ready.pushAll(this.#kind(step), count, make);
        planned.add(step, count);
        continue;
      }
      for (let index = 0; index < count; index++) {
        const task = make(index);
        const row = takeover?.take(task);
        (row ? taken : planned).add(step, 1);
        if (row) {
          passed.push(task);
          todo.push(...this.#takeOver(task, row));
        } else {
          if (only !== undefined && step !== only) throw notHanded(this.#options.graph.flow, task, only);
          this.again(task);
        }
      }
    }
    for (const task of passed) {
      this.#recorder.views.release(task.label);
      this.over(task);
    }
    for (const [step, count] of taken) emit({ type: 'tasks-taken', step, count });
    for (const [step, count] of planned) emit({ type: 'tasks-planned', step, count });
  }

  #takeOver(task: NumberedTask, row: TaskRow): PlannedTasks[] {
    const takeover = this.#options.takeover as NonNullable<RunOptions['takeover']>;
    this.ended ||= task.step === 'end';
    this.#recorder.takenOver(task, row, takeover.view(row), takeover.source(row));
    return this.#scheduler.after(task, row);
  }

  /** Keeps the views that planned tasks read until these end. A join's or gather's are held since they arrived. */
  #retain(task: Planned, count: number): void {
    const { kind } = this.#options.graph.steps.get(task.step) as StepNode;
    const parents = kind === 'join' || kind === 'gather' ? [] : task.parents;
    for (const label of viewsOf({ ...task, parents })) this.#recorder.views.retain(label, count);
  }

  #kind(step: string): string {
    return this.#packages.get(step)?.folder ?? '';
  }
}

class Counts extends Map<string, number> {
  add(step: string, count: number): void {
    this.set(step, (this.get(step) ?? 0) + count);
  }
}
