/** A run, as it was recorded. */
import { FlowError, suggest } from '../definition/errors';
import type { Step as StepHandle, Switch } from '../definition/types';
import { recordedParams } from '../engine/recorded';
import { decodeArtifact } from '../store/artifacts';
import type { ErrorRecord, GitState, RunRow, Status } from '../store/rows';
import type { Store } from '../store/store';
import { lazyValues, type Values } from './lazy';
import { Step } from './step';

export class Run<A> {
  readonly #store: Store;
  #row: RunRow;

  constructor(store: Store, row: RunRow) {
    this.#store = store;
    this.#row = row;
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
  /** As it stood when it was read; see {@link refresh}. */
  get status(): Status {
    return this.#row.status;
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
  /** Tags that nobody can change: `user:<name>`. */
  get systemTags(): ReadonlySet<string> {
    return new Set(this.#row.systemTags);
  }
  get git(): GitState | undefined {
    return this.#row.git;
  }
  /** Why it failed. */
  get error(): ErrorRecord | undefined {
    return this.#row.error;
  }
  /** Parameters as they were given. */
  get given(): Readonly<Record<string, unknown>> {
    return this.#row.given;
  }

  /** Parameters as the schemas gave them. */
  async params(): Promise<Record<string, unknown>> {
    const { flow, run } = this.#row;
    const records = await recordedParams(this.#store, flow, run, await this.#store.paramNames(flow, run));
    return Object.fromEntries(
      records.map(([name, record]) => [name, decodeArtifact(record, this.#store.cas)]),
    );
  }

  /** Reads the run again: its status, its tags. */
  async refresh(): Promise<this> {
    this.#row = (await this.#store.run(this.#row.flow, this.#row.run)) ?? this.#row;
    return this;
  }

  /** A step by its handle, typed, or by its name. @throws FlowError FLOW_STEP_NOT_FOUND */
  // biome-ignore lint/suspicious/noExplicitAny: a seam of inference
  step<B>(step: StepHandle<B> | Switch<B, any, any>): Step<B>;
  step(name: string): Step<Record<string, unknown>>;
  step(step: string | { name: string }): Step<never> {
    const name = typeof step === 'string' ? step : step.name;
    const names = this.#row.steps.map((s) => s.name);
    if (names.includes(name)) return new Step(this.#store, this.#row, name);
    throw new FlowError(
      'FLOW_STEP_NOT_FOUND',
      `There is no step "${name}" in ${this.pathspec}. ${suggest(name, names)}`,
    );
  }

  /** Every step that the flow had then, in the order of declaration; also those that the run did not reach. */
  steps(): Step<Record<string, unknown>>[] {
    return this.#row.steps.map(({ name }) => new Step(this.#store, this.#row, name));
  }

  /** The artifacts that stand at the end. */
  get artifacts(): Values<A> {
    return lazyValues(async (name) => {
      const end = await new Step<A>(this.#store, this.#row, 'end').task();
      return end.artifacts[name as keyof A] as Promise<never>;
    });
  }
}
