/** A recorded run. */
import type { Step as StepHandle, Switch } from '../definition/types';
import { recordedParams } from '../engine/record/read';
import { isLabel, parseLabel } from '../engine/task/label';
import { requireStepIn } from '../engine/task/not-found';
import type { ErrorRecord, GitState, RunRow, RunStatus } from '../store/rows/rows';
import { requireTags } from '../store/rows/tags';
import type { Store } from '../store/store';
import { type Codecs, decodeArtifact } from '../store/values/artifacts';
import { Artifact } from './artifact';
import { lazyValues, type Values } from './lazy';
import type { Scope } from './scope';
import { Step } from './step';
import { Task } from './task';
import type { RunView, StepCounts, Untyped } from './types';

/** The pseudo task that stored the parameters. */
const PARAMS = 'params/0';

/** A run. It is iterable: `for (const step of run)`. {@link refresh} reads again what can change. */
export class Run<A> implements RunView<A> {
  readonly #scope: Scope;

  constructor(store: Store, row: RunRow, codecs?: Codecs) {
    const run = this as unknown as Run<Untyped>;
    const open = async (number: number) => {
      const other = await store.run(row.flow, number);
      return other && new Run<Untyped>(store, { ...other, tags: await store.tags(other) }, codecs);
    };
    this.#scope = { store, codecs, row, run, open };
  }

  get #row(): RunRow {
    return this.#scope.row;
  }

  get flow(): string {
    return this.#row.flow;
  }
  get number(): number {
    return this.#row.run;
  }
  /** `movies/12` */
  get pathspec(): string {
    return `${this.#row.flow}/${this.#row.run}`;
  }
  /** `stopped`: it ended early on request. `killed`: it is recorded as running, but its process is gone. */
  get status(): RunStatus {
    return this.#row.status;
  }
  get finished(): boolean {
    return this.status !== 'running';
  }
  get successful(): boolean {
    return this.status === 'done';
  }
  get user(): string {
    return this.#row.user;
  }
  get namespace(): string {
    return this.#row.namespace;
  }
  get startedAt(): Date {
    return new Date(this.#row.startedAt);
  }
  /** Undefined while it runs. */
  get finishedAt(): Date | undefined {
    const { startedAt, durationMs } = this.#row;
    return durationMs === undefined ? undefined : new Date(startedAt + durationMs);
  }
  get durationMs(): number | undefined {
    return this.#row.durationMs;
  }
  /** The user's tags. */
  get tags(): ReadonlySet<string> {
    return new Set(this.#row.tags);
  }
  /** Tags that cannot be changed: `user:<name>`. */
  get systemTags(): ReadonlySet<string> {
    return new Set(this.#row.systemTags);
  }
  /** The state of git when it began. Undefined without git, and until the run has ended. */
  get git(): GitState | undefined {
    return this.#row.git;
  }
  /** sha256 of the flow's file. */
  get code(): string | undefined {
    return this.#row.code;
  }
  /** The flow's file, from the workspace. */
  get file(): string | undefined {
    return this.#row.file;
  }
  /** The versions of Node and nx-flow that ran it, and the machine. */
  get environment(): { node: string; version: string; host: string } {
    const { node, version, host } = this.#row;
    return { node, version, host };
  }
  /** Why it failed. */
  get error(): ErrorRecord | undefined {
    return this.#row.error;
  }
  /** Tasks by their end, once the run has ended; `taken`: taken over from its origin. */
  get counts(): RunRow['tasks'] {
    return this.#row.tasks;
  }
  /** The given parameters. */
  get paramInputs(): Readonly<Record<string, unknown>> {
    return this.#row.paramInputs;
  }

  /** The run that a resumed run took finished tasks over from. Undefined for other runs. */
  async origin(): Promise<RunView<Untyped> | undefined> {
    const { origin } = this.#row;
    return origin === undefined ? undefined : this.#scope.open(origin);
  }

  /** The pathspec of {@link origin}, which needs no read. */
  get originPathspec(): string | undefined {
    const { flow, origin } = this.#row;
    return origin === undefined ? undefined : `${flow}/${origin}`;
  }

  /** Of an imported run: which run it was, in which store, and when it was imported by whom. */
  get imported(): RunRow['imported'] {
    return this.#row.imported;
  }

  /** In a persisted spin: the step, and the run or task whose inputs it took. */
  get spunFrom(): { step: string; origin?: string } | undefined {
    return this.#row.spunFrom;
  }

  /** The parameters' values from the schemas. */
  async params(): Promise<Record<string, unknown>> {
    const { store, codecs } = this.#scope;
    const { flow, run } = this.#row;
    const records = await recordedParams(store, flow, run, await store.paramNames(flow, run));
    const values = records.map(([name, record]) => [name, decodeArtifact(record, store.cas, codecs)]);
    return Object.fromEntries(values);
  }

  /** The parameters as artifacts, without reading the values of large ones. */
  async paramArtifacts(): Promise<Artifact[]> {
    const { store } = this.#scope;
    const { flow, run } = this.#row;
    const records = await recordedParams(store, flow, run, await store.paramNames(flow, run));
    return records.map(([name, record]) => new Artifact(this.#scope, PARAMS, name, record));
  }

  /** What became of the tasks of each step. Of a run that has ended it is mostly in its row; else its tasks are read. */
  async stepCounts(): Promise<Map<string, StepCounts>> {
    return (await import('./step-counts')).stepCounts(this.#scope);
  }

  /** Reads the run again: its status, its tags. */
  async refresh(): Promise<this> {
    const { store } = this.#scope;
    const row = (await store.run(this.#row.flow, this.#row.run)) ?? this.#row;
    this.#scope.row = { ...row, tags: await store.tags(row) };
    return this;
  }

  /** Adds tags, also while it runs. Concurrent changes stay. @throws FlowError FLOW_TAG, FLOW_TAG_SYSTEM */
  addTags(...tags: string[]): Promise<this> {
    return this.replaceTags([], tags);
  }

  /** Removes tags. Missing ones are ignored. @throws FlowError FLOW_TAG, FLOW_TAG_SYSTEM */
  removeTags(...tags: string[]): Promise<this> {
    return this.replaceTags(tags, []);
  }

  /** Removes and adds tags at once. A tag in both is added. @throws FlowError FLOW_TAG, FLOW_TAG_SYSTEM */
  async replaceTags(remove: readonly string[], add: readonly string[]): Promise<this> {
    requireTags([...remove, ...add]);
    const { flow, run, secrets } = this.#row;
    if (secrets) (await import('../engine/secrets/recorded')).refuseFor({ secrets }, { 'A tag': add });
    if (remove.length + add.length > 0) await this.#scope.store.changeTags(flow, run, { add, remove });
    return this.refresh();
  }

  /** A step by its handle, typed, or by its name. @throws FlowError FLOW_STEP_NOT_FOUND */
  // biome-ignore lint/suspicious/noExplicitAny: a seam of inference
  step<B>(step: StepHandle<B> | Switch<B, any, any>): Step<B>;
  step(name: string): Step<Untyped>;
  step(step: string | { name: string }): Step<never> {
    const name = typeof step === 'string' ? step : step.name;
    requireStepIn(
      this.pathspec,
      this.#row.steps.map((s) => s.name),
      name,
    );
    return new Step(this.#scope, name);
  }

  /** Every step of the flow at that time, in the order of declaration, also those that the run did not reach. */
  steps(): Step<Untyped>[] {
    return this.#row.steps.map(({ name }) => new Step(this.#scope, name));
  }

  *[Symbol.iterator](): Generator<Step<Untyped>, void, undefined> {
    yield* this.steps();
  }

  /** Every task of the run, by step, then by number. */
  async *tasks(): AsyncGenerator<Task<Untyped>, void, undefined> {
    const { flow, run } = this.#row;
    for await (const row of this.#scope.store.tasks(flow, run)) yield new Task(this.#scope, row);
  }

  /** A task of the run: `train/3`. @throws FlowError FLOW_STEP_NOT_FOUND, FLOW_TASK_NOT_FOUND */
  async task(label: string): Promise<Task<Untyped>> {
    if (!isLabel(label)) return this.step(label).task();
    const { step, task } = parseLabel(label);
    return this.step(step).task(task);
  }

  /** The artifacts at the end of the flow. */
  get artifacts(): Values<A> {
    return lazyValues(async (name) => {
      const end = await new Step<A>(this.#scope, 'end').task();
      return end.artifacts[name as keyof A] as Promise<never>;
    });
  }
}
