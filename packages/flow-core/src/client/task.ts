/** A task of a run: its artifacts, its place in the flow, its output. */
import { FlowError, suggest } from '../definition/errors';
import { addressOf, taskOf } from '../engine/address';
import { visibleNames } from '../engine/recorded';
import { decodeArtifact } from '../store/artifacts';
import type { ArtifactRecord, ErrorRecord, RunRow, Status, TaskRow } from '../store/rows';
import type { Store } from '../store/store';
import { lazyValues, type Values } from './lazy';

export class Task<A> {
  readonly #store: Store;
  readonly #run: RunRow;
  readonly #row: TaskRow;

  constructor(store: Store, run: RunRow, row: TaskRow) {
    this.#store = store;
    this.#run = run;
    this.#row = row;
  }

  get number(): number {
    return this.#row.task;
  }
  get step(): string {
    return this.#row.step;
  }
  /** `movies/12/train/3` */
  get pathspec(): string {
    return `${this.#run.flow}/${this.#run.run}/${this.#row.step}/${this.#row.task}`;
  }
  get status(): Status {
    return this.#row.status;
  }
  get startedAt(): Date {
    return new Date(this.#row.startedAt);
  }
  get durationMs(): number | undefined {
    return this.#row.durationMs;
  }
  /** Which split, for each foreach around it, outermost first; empty outside. */
  get index(): number[] {
    return this.#row.stack.map(({ index }) => index);
  }
  /** The foreaches around it, outermost first. */
  get stack(): readonly { step: string; index: number; count: number }[] {
    return this.#row.stack;
  }
  /** Of a loop. */
  get iteration(): number | undefined {
    return this.#row.iteration;
  }
  /** Of a switch: the case that it chose. */
  get verdict(): string | undefined {
    return this.#row.verdict;
  }
  /** Why it failed; of a step that catches, also where it counts as done. */
  get error(): ErrorRecord | undefined {
    return this.#row.error;
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
    const at = visible.find(([n]) => n === name)?.[1];
    if (at === undefined) {
      const names = visible.map(([n]) => n);
      throw new FlowError(
        'FLOW_ARTIFACT_NOT_FOUND',
        `${this.pathspec} has no artifact "${name}". ${suggest(name, names)}`,
      );
    }
    const [record] = await this.#store.artifacts([addressOf(this.#run.flow, this.#run.run, at, name)]);
    if (!record)
      throw new FlowError('FLOW_STORE_CORRUPT', `The store has lost ${this.pathspec}/${name}.`, { exit: 1 });
    return new Artifact(this.#store, name, record);
  }

  /** The tasks whose artifacts it read, in input order. */
  async parents(): Promise<Task<Record<string, unknown>>[]> {
    return this.#tasks(this.#row.parents);
  }

  /** The tasks that had this one as an input. */
  async *children(): AsyncGenerator<Task<Record<string, unknown>>, void, undefined> {
    const label = `${this.#row.step}/${this.#row.task}`;
    for await (const row of this.#store.tasks(this.#run.flow, this.#run.run)) {
      if (row.parents.includes(label)) yield new Task(this.#store, this.#run, row);
    }
  }

  /** What it wrote, of all attempts. */
  stdout(): Promise<string> {
    return this.#log('stdout');
  }
  stderr(): Promise<string> {
    return this.#log('stderr');
  }

  async #log(wanted: 'stdout' | 'stderr'): Promise<string> {
    let all = '';
    const { flow, run } = this.#run;
    for await (const { stream, text } of this.#store.logs(flow, run, this.#row.step, this.#row.task)) {
      if (stream === wanted) all += text;
    }
    return all;
  }

  #visible(): [string, string][] {
    return visibleNames(`${this.#row.step}/${this.#row.task}`, this.#row);
  }

  async #tasks(labels: readonly string[]): Promise<Task<Record<string, unknown>>[]> {
    const { flow, run } = this.#run;
    const rows = await Promise.all(
      labels.map((label) => {
        const { run: r, step, task } = taskOf(run, label);
        return this.#store.task(flow, r, step, task);
      }),
    );
    return rows.flatMap((row) =>
      row ? [new Task<Record<string, unknown>>(this.#store, this.#run, row)] : [],
    );
  }
}

/** An artifact: what is known of it, and its value when asked. */
export class Artifact {
  readonly name: string;
  readonly #store: Store;
  readonly #record: ArtifactRecord;

  constructor(store: Store, name: string, record: ArtifactRecord) {
    this.#store = store;
    this.name = name;
    this.#record = record;
  }

  /** For people: `Array(3)`. */
  get type(): string {
    return this.#record.type;
  }
  /** Bytes as stored. */
  get size(): number {
    return this.#record.size;
  }
  /** Equal values have equal digests. */
  get digest(): string {
    return this.#record.digest;
  }
  get codec(): string {
    return this.#record.codec;
  }
  /** A copy of its own at every call. */
  value(): unknown {
    return decodeArtifact(this.#record, this.#store.cas);
  }
}
