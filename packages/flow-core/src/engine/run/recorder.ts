/** Writes down what happens in a run: its row, its tasks, their artifacts and logs. */
import { passesOn, type StepNode } from '../../definition/graph';
import { declaredVariables } from '../../source/declared-inputs';
import type { Op } from '../../store/kv/kv';
import { record } from '../../store/rows/records';
import type {
  ArtifactRecord,
  ErrorRecord,
  GitState,
  RunRow,
  Status,
  TaskRow,
  TaskStatus,
} from '../../store/rows/rows';
import type { KeptPart } from '../cards/kept-parts';
import type { KeptCard } from '../cards/render-cards';
import { endedRun, startedRun } from '../record/build-run-row';
import { takenOverRow, taskRow, withResult } from '../record/build-task-row';
import { Journal } from '../record/journal';
import { Views } from '../record/run-views';
import { StepSummaries } from '../record/step-summaries';
import { TaskLogs } from '../record/task-logs';
import type { Same } from '../reuse/reuse';
import type { TaskCounts } from '../task/flow-event';
import type { Planned } from '../task/place';
import type { TaskOutcome, TaskResult } from '../task/task';
import type { Visible } from '../task/view';
import type { RunOptions } from './options';

/** A task on its way, with its number. */
export interface NumberedTask extends Planned {
  number: number;
  /** `step/task` */
  label: string;
  attempt: number;
  /** The attempts that failed before. */
  attempts: NonNullable<TaskRow['attempts']>;
}

/** What a task showed: cards of its own, and its parts of those that all tasks of its step have together. */
type Shown = { cards?: readonly KeptCard[]; parts?: readonly KeptPart[] };

export type Timed = Pick<TaskOutcome, 'startedAt' | 'durationMs'>;

export interface Caught {
  error: ErrorRecord;
  /** Names that the step would have returned. */
  absent: string[];
}

export class Recorder {
  readonly views: Views;
  readonly row: RunRow;
  readonly #options: RunOptions;
  readonly #fence: string;
  readonly #journal: Journal;
  readonly #logs: TaskLogs;
  readonly #summaries = new StepSummaries();

  /** @param broken Told once, when the store fails. */
  constructor(options: RunOptions, run: number, broken: (error: unknown) => void) {
    const { graph, store, user, namespace, tags } = options;
    this.#options = options;
    this.#fence = store.coordinate(graph.flow, run);
    this.#journal = new Journal(store, this.#fence, broken);
    this.views = new Views(graph.flow, run, store, () => this.#journal.settled());
    this.#logs = new TaskLogs(graph.flow, run, this.#journal);
    this.row = startedRun({
      graph,
      run,
      user,
      namespace,
      tags,
      paramInputs: options.params.paramInputs,
      with: options.with,
      code: options.code,
      file: options.file,
      variables: declaredVariables(graph),
      origin: options.takeover?.origin.run,
      reuse: options.reuse ? true : undefined,
    });
  }

  begin(params: [string, ArtifactRecord][]): void {
    const { flow, run } = this.row;
    this.#journal.addAll([
      ...record.run(this.row),
      ...params.map(([name, value]) => record.artifact({ flow, run, step: 'params', task: 0, name }, value)),
    ]);
  }

  log(task: NumberedTask, stream: 'stdout' | 'stderr', text: string): void {
    this.#logs.add(task.step, task.number, task.attempt, stream, text);
  }

  /** Pieces of logs of tasks under way. */
  flushLogs(): void {
    this.#logs.flush();
  }

  /** A task that takes long gets a row while it is under way. */
  running(task: NumberedTask, since: number): void {
    this.#journal.addUnderWay(this.#op(this.#taskRow(task, 'running', since)));
  }

  /** An attempt failed, and another follows: `task` is the next one. */
  attempted(task: NumberedTask, startedAt: number): void {
    this.#journal.add(...this.#lastLogs(task));
    this.#journal.addUnderWay(this.#op(this.#taskRow(task, 'running', startedAt)));
  }

  failed(task: NumberedTask, { startedAt, durationMs }: Timed, error: ErrorRecord): void {
    const row = { ...this.#taskRow(task, 'failed', startedAt, durationMs), error };
    this.#journal.add(...this.#lastLogs(task), this.#op(row));
  }

  /** A finished task, its artifacts and its logs: one batch, or several where they are large. Its row is the last. */
  done(task: NumberedTask, { startedAt, durationMs }: Timed, result: TaskResult, caught?: Caught): void {
    const node = this.#node(task);
    const hidden = [...(node.options.drop ?? []), ...(caught?.absent ?? [])];
    // A step that catches and did not have to leaves its error's name undefined, whatever was upstream.
    if (node.options.catch !== undefined && !caught) hidden.push(node.options.catch);
    this.views.add(
      task.label,
      passesOn(node) ? task.parents[0] : undefined,
      result.stored,
      result.references,
      hidden,
    );
    const row = withResult(
      this.#taskRow(task, 'done', startedAt, durationMs),
      node,
      result,
      this.views.inherited(task.label),
      caught?.error,
    );
    const { flow, run } = this.row;
    const { step, number } = task;
    const artifacts: Op[] = result.stored.map(([name, artifact]) =>
      record.artifact({ flow, run, step, task: number, name }, artifact),
    );
    this.#journal.addAll([...this.#lastLogs(task), ...artifacts, this.#op(row)]);
  }

  /**
   * A task of the origin that stands for this one: its artifacts are passed on from where they lie.
   * @param shown all of them, each with the task that stored it
   */
  takenOver(task: NumberedTask, row: TaskRow, shown: [name: string, at: string][], origin: string): void {
    this.views.addTaken(task.label, passesOn(this.#node(task)) ? task.parents[0] : undefined, shown);
    const taken = takenOverRow(row, { ...task, task: task.number }, Object.fromEntries(shown), origin);
    this.#journal.add(this.#op(taken));
  }

  /** A task of an earlier run that is the same as this one: its own artifacts are passed on from where they lie. */
  reused(task: NumberedTask, { row, origin, shown: { own, passed, whole } }: Same): void {
    const node = this.#node(task);
    const { drop = [], catch: caught } = node.options;
    const references = [...passed, ...own.map((name): [string, string] => [name, origin])];
    this.views.add(
      task.label,
      passesOn(node) && !whole ? task.parents[0] : undefined,
      [],
      references.map(([name, at]) => [name, { at } as Visible]),
      caught === undefined ? drop : [...drop, caught],
    );
    const taken = takenOverRow(row, { ...task, task: task.number }, this.views.inherited(task.label), origin);
    this.#journal.add(this.#op(taken));
  }

  /** What an attempt of a task showed. @param again cards are recorded again, by this method, and count then */
  shown(
    { step, number: task, attempt }: NumberedTask,
    { cards = [], parts = [] }: Shown,
    again = false,
  ): void {
    const { flow, run } = this.row;
    const at = { step, task, attempt };
    const ops = cards.map(({ id, ...row }) => record.card(flow, run, { ...at, id }, row));
    if (again) for (const op of ops) this.#journal.addUnderWay(op);
    else this.#journal.addAll(ops);
    this.#journal.addAll(parts.map(({ id, part }) => record.part(flow, run, { ...at, id }, { part })));
  }

  /** Whether not much is left to be written. */
  get hasRoom(): boolean {
    return this.#journal.hasRoom;
  }

  /** Resolves when what was recorded before this call is acknowledged. @throws what the store threw */
  settled(): Promise<void> {
    return this.#journal.settled();
  }

  /** Resolves when not much is left to be written. */
  room(): Promise<void> {
    return this.#journal.room();
  }

  /** The run's last row; resolves when everything is acknowledged. @throws what the store threw */
  async end(
    status: Status,
    durationMs: number,
    tasks: TaskCounts,
    git?: GitState,
    error?: ErrorRecord,
  ): Promise<void> {
    this.#logs.flush();
    const row = endedRun(this.row, status, durationMs, {
      tasks,
      git,
      error,
      contents: this.#journal.contents,
      summaries: this.#summaries.all(),
    });
    this.#journal.add(...record.run(row));
    await this.#journal.flush();
  }

  /** The last row of a run that failed for want of room: what it would say of the others may not be written. */
  endWithoutRoom(durationMs: number, error: ErrorRecord): Promise<void> {
    return this.#options.store.commit(
      record.run(endedRun(this.row, 'failed', durationMs, { error })),
      this.#fence,
    );
  }

  #op(row: TaskRow): Op {
    this.#summaries.add(row);
    return record.task(this.row.flow, this.row.run, row);
  }

  #lastLogs({ step, number }: NumberedTask): Op[] {
    return this.#logs.take(step, number);
  }

  #node({ step }: Planned): StepNode {
    return this.#options.graph.steps.get(step) as StepNode;
  }

  #taskRow(task: NumberedTask, status: TaskStatus, startedAt: number, durationMs?: number): TaskRow {
    const { number, attempt, attempts, parents, base, branches, stack, iteration } = task;
    const at = { task: number, attempt, attempts, parents, base, branches, stack, iteration };
    const row = taskRow(this.#node(task), at, status, { startedAt, durationMs });
    const unlike = this.#options.reuse?.unlike(task);
    if (unlike) row.unlike = unlike;
    return row;
  }
}
