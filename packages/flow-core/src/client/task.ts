/** A task of a run: its artifacts, its place in the flow, its output. */
import { FlowError, suggest } from '../definition/errors';
import type { StepKind } from '../definition/graph';
import { lost } from '../engine/record/lost';
import { visibleNames } from '../engine/record/task-rows';
import { fromRecord } from '../engine/task/error-record';
import { addressOf, fullPathspec, labelOf, taskOf } from '../engine/task/label';
import type { ErrorRecord, RunStatus, TaskRow } from '../store/rows/rows';
import { Artifact } from './artifact';
import { lazyValues, type Values } from './lazy';
import type { Scope } from './scope';
import type { RunView, TaskCard, TaskLog, TaskView, Untyped } from './types';

/** How many artifacts are read at a time when all are read: each may hold 32 KB. */
const TOGETHER = 64;

/** A task. It is iterable, over its artifacts: `for await (const artifact of task)`. */
export class Task<A> implements TaskView<A> {
  readonly #scope: Scope;
  #row: TaskRow;

  constructor(scope: Scope, row: TaskRow) {
    this.#scope = scope;
    this.#row = row;
  }

  get number(): number {
    return this.#row.task;
  }
  /** The step's name. */
  get step(): string {
    return this.#row.step;
  }
  get kind(): StepKind {
    return this.#row.kind;
  }
  get run(): RunView<Untyped> {
    return this.#scope.run;
  }
  /** `movies/12/train/3` */
  get pathspec(): string {
    return `${this.#scope.run.pathspec}/${this.#label}`;
  }
  /** `killed`: it was running when its run was killed. */
  get status(): RunStatus {
    const { status } = this.#row;
    return status === 'running' && this.#scope.row.status === 'killed' ? 'killed' : status;
  }
  get finished(): boolean {
    return this.status !== 'running';
  }
  get successful(): boolean {
    return this.#row.status === 'done';
  }
  /** Whether it failed but counts as done, since its step has the option `catch`. */
  get caught(): boolean {
    return this.successful && this.#row.error !== undefined;
  }
  get startedAt(): Date {
    return new Date(this.#row.startedAt);
  }
  /** Undefined while it runs. */
  get finishedAt(): Date | undefined {
    const { startedAt, durationMs } = this.#row;
    return durationMs === undefined ? undefined : new Date(startedAt + durationMs);
  }
  /** The duration of the last attempt. */
  get durationMs(): number | undefined {
    return this.#row.durationMs;
  }
  /** The split's index in each foreach around it, outermost first. Empty outside a foreach. */
  get index(): number[] {
    return this.#row.stack.map(({ index }) => index);
  }
  /** The foreaches around it, outermost first: each with the artifact that it splits, and the task that shows it (`step/task`). */
  get stack(): readonly { step: string; index: number; count: number; over: string; shownBy: string }[] {
    return this.#row.stack;
  }
  /** The iteration of a loop. */
  get iteration(): number | undefined {
    return this.#row.iteration;
  }
  /** The case that a switch chose. */
  get case(): string | undefined {
    return this.#row.case;
  }
  /** The parameters that it read. */
  get params(): readonly string[] {
    return this.#row.reads?.params ?? [];
  }
  /** Why it failed. A caught failure keeps it although the task counts as done. */
  get error(): ErrorRecord | undefined {
    return this.#row.error;
  }
  /** {@link error} as an Error, with its message, stack and causes. */
  get exception(): Error | undefined {
    return this.#row.error && fromRecord(this.#row.error);
  }
  /** The number of its last attempt, from 0. */
  get attempt(): number {
    return this.#row.attempt;
  }
  /** The attempts that failed before the last one. */
  get attempts(): NonNullable<TaskRow['attempts']> {
    return this.#row.attempts ?? [];
  }

  /** Every artifact that the task shows, its own and those it passes on: `await task.artifacts.loss`. */
  get artifacts(): Values<A> {
    return lazyValues(async (name) => (await this.artifact(name)).value() as never);
  }

  /** The names of {@link artifacts}. */
  artifactNames(): string[] {
    return this.#visible().map(([name]) => name);
  }

  /** One artifact, without reading its value. @throws FlowError FLOW_ARTIFACT_NOT_FOUND */
  async artifact(name: string): Promise<Artifact> {
    const visible = this.#visible();
    const found = visible.find(([n]) => n === name);
    if (found) return (await this.#read([found]))[0] as Artifact;
    throw new FlowError(
      'FLOW_ARTIFACT_NOT_FOUND',
      `${this.pathspec} has no artifact "${name}". ${suggest(name, this.artifactNames())}`,
    );
  }

  /** Every artifact, without reading the values of large ones. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Artifact, void, undefined> {
    const visible = this.#visible();
    for (let i = 0; i < visible.length; i += TOGETHER)
      yield* await this.#read(visible.slice(i, i + TOGETHER));
  }

  /** The pathspecs of {@link parents}. They need no read. */
  get parentPathspecs(): string[] {
    const { flow, run } = this.#scope.row;
    return this.#row.parents.map((label) => fullPathspec(flow, run, label));
  }

  /** Of a join whose foreach had nothing to split: the pathspec of the task before the foreach, which is no parent. */
  get basePathspec(): string | undefined {
    const [{ base }, { flow, run }] = [this.#row, this.#scope.row];
    return base === undefined ? undefined : fullPathspec(flow, run, base);
  }

  /** The tasks whose artifacts it read, in input order. Those of a persisted spin are in another store. */
  async parents(): Promise<Task<Untyped>[]> {
    const { store, row } = this.#scope;
    if (row.spunFrom) return [];
    const rows = await store.taskRows(
      row.flow,
      row.run,
      this.#row.parents.map((label) => taskOf(row.run, label)),
    );
    return rows.flatMap((parent) => (parent ? [new Task<Untyped>(this.#scope, parent)] : []));
  }

  /**
   * The tasks that had this one as an input. Reads only the steps that follow its own, from its number on. To walk
   * a whole run, iterate over its tasks once and read their {@link parentPathspecs}.
   */
  async *children(): AsyncGenerator<Task<Untyped>, void, undefined> {
    const { store, row: run } = this.#scope;
    const { step, task, kind } = this.#row;
    for (const { name, after } of run.steps) {
      const follows = after?.includes(step) ?? true;
      if (!follows && !(kind === 'loop' && name === step)) continue;
      let found = 0;
      // A task is numbered after its parents are done, so its number is higher than theirs.
      for await (const row of store.tasks(run.flow, run.run, name, task + 1)) {
        if (!row.parents.includes(this.#label)) continue;
        yield new Task(this.#scope, row);
        // A foreach makes a child for each item, every other step one.
        const count = row.kind === 'foreach' ? row.stack.at(-1)?.count : 1;
        if (++found === count) break;
      }
    }
  }

  /** Of a taken-over task, the one that executed. */
  async origin(): Promise<TaskView<Untyped> | undefined> {
    if (this.#row.origin === undefined) return undefined;
    const { run, step, task } = taskOf(this.#scope.row.run, this.#row.origin);
    return (await this.#scope.open(run))?.step(step).task(task);
  }

  /** The pathspec of {@link origin}, which needs no read. In a persisted spin, whose inputs it took. */
  get originPathspec(): string | undefined {
    const { origin, spunFrom } = this.#row;
    return spunFrom ?? (origin === undefined ? undefined : `${this.#scope.row.flow}/${origin}`);
  }

  /** The output of all attempts, piece by piece. For a taken-over task, its origin's output. */
  async *logs(): AsyncGenerator<TaskLog, void, undefined> {
    const { store, row } = this.#scope;
    const { run, step, task } = taskOf(row.run, this.#row.origin ?? this.#label);
    for await (const { stream, at, attempt, text } of store.logs(row.flow, run, step, task))
      yield { stream, at: new Date(at), attempt, text };
  }

  /** What it showed, in its last attempt or in another one. For a taken-over task, its origin's cards. */
  async cards(attempt = this.attempt): Promise<TaskCard[]> {
    return (await import('./cards')).cardsShown(this.#scope, this.#row, attempt);
  }

  /** The output of all attempts or of one. */
  stdout(attempt?: number): Promise<string> {
    return this.#log('stdout', attempt);
  }
  stderr(attempt?: number): Promise<string> {
    return this.#log('stderr', attempt);
  }

  /** Reads the task again: its status. */
  async refresh(): Promise<this> {
    const { store, row } = this.#scope;
    this.#row = (await store.task(row.flow, row.run, this.#row.step, this.#row.task)) ?? this.#row;
    return this;
  }

  get #label(): string {
    return labelOf(this.#row);
  }

  async #log(wanted: 'stdout' | 'stderr', of: number | undefined): Promise<string> {
    let all = '';
    for await (const { stream, attempt, text } of this.logs())
      if (stream === wanted && (of === undefined || of === attempt)) all += text;
    return all;
  }

  #visible(): [name: string, at: string][] {
    return visibleNames(this.#label, this.#row);
  }

  async #read(visible: readonly [name: string, at: string][]): Promise<Artifact[]> {
    const { store, row } = this.#scope;
    const records = await store.artifacts(
      visible.map(([name, at]) => addressOf(row.flow, row.run, at, name)),
    );
    return visible.map(([name, at], i) => {
      const record = records[i];
      if (record) return new Artifact(this.#scope, at, name, record);
      throw lost(`${fullPathspec(row.flow, row.run, at)}/${name}`, this.pathspec);
    });
  }
}
