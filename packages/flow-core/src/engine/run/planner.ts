/** Numbers the tasks that become possible and makes them ready. Of a resumed run, it takes finished tasks over first. */
import { ancestors, foreachOf, joinsOf, type StepNode } from '../../definition/graph';
import type { TaskRow } from '../../store/rows/rows';
import { kindOf } from '../pool/job';
import type { Installed } from '../pool/packages';
import type { Takeover } from '../resume/takeover';
import { type Planned, type PlannedTasks, viewsOf } from '../task/place';
import type { Rates } from '../task/rate';
import type { RunOptions } from './options';
import { numbered } from './pool-host';
import { ReadyTasks } from './ready-tasks';
import type { NumberedTask, Recorder } from './recorder';
import { type LookedFor, Reusing, type ReusingRun } from './reusing';
import { type Decided, Scheduler } from './scheduler';
import { SplitLimits } from './split-limit';
import { notHanded } from './task-address';
import { Counts, type Numbered, type NumberedSpan, Todo, tasksOf } from './todo';

export class Planner {
  readonly ready = new ReadyTasks<NumberedTask>();
  /** With `until`: the steps to execute. */
  readonly wanted: ReadonlySet<string> | undefined;
  /** The step `end` is done. */
  ended = false;
  readonly limits: SplitLimits;
  readonly #options: RunOptions;
  readonly #recorder: Recorder;
  readonly #scheduler: Scheduler;
  readonly #packages: ReadonlyMap<string, Installed>;
  readonly #rates: Rates;
  /** Foreaches that had nothing to split. */
  readonly #empty = new Set<string>();
  readonly #reusing: Reusing | undefined;
  #numbers = 0;

  /**
   * @param packages where the npm packages of each step are installed
   * @param rates when tasks of steps with a `rate` may begin
   * @param host for a run that takes tasks over from earlier ones
   */
  constructor(
    options: RunOptions,
    recorder: Recorder,
    packages: ReadonlyMap<string, Installed>,
    rates: Rates,
    host?: ReusingRun,
  ) {
    this.#rates = rates;
    this.#options = options;
    this.#recorder = recorder;
    this.limits = new SplitLimits(options);
    this.#packages = packages;
    this.#scheduler = new Scheduler(options.graph, (label) => recorder.views.retain(label));
    if (options.until !== undefined) this.wanted = ancestors(options.graph, options.until);
    const { reuse } = options;
    if (!reuse || !host) return;
    this.#reusing = new Reusing(reuse, {
      ...host,
      room: () => recorder.room(),
      emit: options.emit,
      looked: (of) => this.#looked(of),
    });
  }

  /** Whether it still looks for tasks in earlier runs. */
  get looking(): boolean {
    return this.#reusing?.busy === true;
  }

  /** Without a takeover. */
  start(): boolean {
    this.#plan([this.#scheduler.start()]);
    return true;
  }

  /**
   * Takes over all that can be, and makes ready what follows. That is all of it: what comes after an executed task is
   * executed, too. A batch at a time, and what a batch leads to before the next: only so many rows are in memory.
   * @param stopped asked before each batch
   * @throws FlowError FLOW_HANDOVER, and what the store throws
   */
  async takeOver(takeover: Takeover, stopped: () => boolean): Promise<void> {
    const planned = new Counts();
    const taken = new Counts();
    const todo = new Todo();
    const consider = (plans: PlannedTasks[]) => {
      const some: Numbered[] = [];
      for (const plan of plans) {
        const mayBeTaken = takeover.mayTake(plan.at(0));
        const tasks = this.#number(plan, mayBeTaken);
        if (!tasks) continue;
        if (mayBeTaken) some.push(this.limits.open(tasks));
        else planned.add(tasks.step, this.#makeReady(tasks));
      }
      return some;
    };
    todo.add(consider([this.#scheduler.start()]));
    while (todo.left && !stopped()) {
      const spans = todo.pull();
      const batch = tasksOf(spans);
      const rows = await takeover.rowsOf(batch);
      const next: Numbered[] = [];
      this.#batch(spans, planned, taken, (i) => {
        const [task, row] = [batch[i] as NumberedTask, rows[i]];
        if (!row || !takeover.take(task, row)) return false;
        for (const one of consider(this.#takenOver(takeover, task, row))) next.push(one);
        this.#ended(task);
        return true;
      });
      todo.add(next);
      await this.#recorder.room();
    }
    takeover.release();
    const { emit } = this.#options;
    for (const [step, count] of taken) emit({ type: 'tasks-taken', step, count });
    if (!this.limits.settle()) return this.ready.clear();
    for (const [step, count] of planned) emit({ type: 'tasks-planned', step, count });
  }

  /** What became of a batch that was looked for in earlier runs. */
  #looked({ spans, batch, found, taken }: LookedFor): void {
    const planned = new Counts();
    this.#batch(spans, planned, taken, (i) => {
      const [task, same] = [batch[i] as NumberedTask, found[i]];
      if (!same) return false;
      this.ended ||= task.step === 'end';
      this.#recorder.reused(task, same);
      this.#options.reuse?.finished(task.label, same.row.items);
      this.#plan(this.#scheduler.after(task, same.row));
      this.#ended(task);
      return true;
    });
    for (const [step, count] of planned) this.#options.emit({ type: 'tasks-planned', step, count });
  }

  /** Makes all of a batch ready but what is taken over. @param take whether the task of this number in the batch is */
  #batch(spans: readonly NumberedSpan[], planned: Counts, taken: Counts, take: (i: number) => boolean): void {
    let i = 0;
    for (const { tasks, from, to } of spans) {
      let left = from;
      for (let at = from; at < to; at++, i++) {
        if (!take(i)) continue;
        planned.add(tasks.step, this.#makeReady(tasks, left, at));
        left = at + 1;
        taken.add(tasks.step, 1);
      }
      planned.add(tasks.step, this.#makeReady(tasks, left, to));
    }
  }

  /**
   * Call when a recorded task is done. Returns whether tasks follow.
   * @param bailed no task may follow
   * @throws FlowError FLOW_HANDOVER
   */
  done(task: NumberedTask, result: Decided, bailed: boolean): boolean {
    this.ended ||= task.step === 'end';
    this.#options.reuse?.finished(task.label, result.items);
    const next = bailed ? [] : this.#scheduler.after(task, result);
    if (next.length > 0) this.#plan(next);
    this.#ended(task);
    return next.length > 0;
  }

  #ended(task: NumberedTask): void {
    this.#recorder.views.release(task.label);
    this.over(task);
  }

  /** Call when a task reads nothing more. */
  over(task: Planned): void {
    for (const label of viewsOf(task)) this.#recorder.views.release(label);
  }

  /** Makes a task ready again that was pulled before. */
  again(task: NumberedTask): void {
    this.ready.push(this.#kind(task.step), task, this.#rates.of(task.step));
  }

  #plan(plans: PlannedTasks[]): void {
    const planned = new Counts();
    const considered: Numbered[] = [];
    for (const plan of plans) {
      const tasks = this.#number(plan);
      if (!tasks) continue;
      if (this.#options.reuse?.mayTake(plan.step)) considered.push(tasks);
      else planned.add(tasks.step, this.#makeReady(tasks));
    }
    if (considered.length > 0) this.#reusing?.add(considered);
    for (const [step, count] of planned) this.#options.emit({ type: 'tasks-planned', step, count });
  }

  /** Undefined for a step that is not wanted, and for too many splits. What they read is kept for them. */
  #number({ step, count, at }: PlannedTasks, mayBeTaken = false): Numbered | undefined {
    if (at(0).base !== undefined) this.#tellEmpty(step);
    if (this.wanted && !this.wanted.has(step)) return undefined;
    if (!mayBeTaken && !this.limits.allow(step, count)) return undefined;
    const first = this.#numbers + 1;
    this.#numbers += count;
    this.#retain(at(0), count);
    return { step, count, make: (index) => numbered(at(index), first + index) };
  }

  /** @param join a join without inputs */
  #tellEmpty(join: string): void {
    const { graph, emit } = this.#options;
    const step = foreachOf(graph, graph.steps.get(join) as StepNode) as string;
    if (this.#empty.has(step)) return;
    this.#empty.add(step);
    const joins = joinsOf(graph, step).map(({ name }) => name);
    emit({ type: 'foreach-empty', step, over: graph.steps.get(step)?.over as string, joins });
  }

  /** Gives how many. @throws FlowError FLOW_HANDOVER for one that should have been taken over */
  #makeReady(tasks: Numbered, from = 0, to = tasks.count): number {
    const { step, make } = tasks;
    const { only, graph } = this.#options;
    if (from === to) return 0;
    if (only !== undefined && step !== only) throw notHanded(graph.flow, make(from), only);
    const makeOne = from === 0 ? make : (index: number) => make(from + index);
    this.limits.add(tasks, to - from);
    this.ready.pushAll(this.#kind(step), to - from, makeOne, this.#rates.of(step));
    return to - from;
  }

  #takenOver(takeover: Takeover, task: NumberedTask, row: TaskRow): PlannedTasks[] {
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
    const [packages, on] = [this.#packages.get(step), this.#options.on?.(step)];
    return kindOf({ ...(packages ? { packages } : {}), ...(on === undefined ? {} : { on }) });
  }
}
