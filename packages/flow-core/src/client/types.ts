/** The client's views of runs, steps, tasks and artifacts as interfaces, so that each can refer to the others. */
import type { StepKind } from '../definition/graph';
import type { ErrorRecord, GitState, RunRow, RunStatus, TaskRow } from '../store/rows/rows';
import type { Values } from './lazy';

/** Any run, step or task, when nothing is known of its artifacts. */
export type Untyped = Record<string, unknown>;

export interface ArtifactView {
  readonly name: string;
  readonly pathspec: string;
  readonly type: string;
  readonly size: number;
  readonly digest: string;
  readonly sha: string | undefined;
  readonly codec: string;
  createdAt(): Promise<Date | undefined>;
  value(): unknown;
}

/** A piece of a task's output. */
export interface TaskLog {
  stream: 'stdout' | 'stderr';
  /** When it was written. Output in quick succession is one piece. */
  at: Date;
  attempt: number;
  text: string;
}

/** What a task showed, or the tasks of a step together: a card. */
export interface TaskCard {
  /** `default` for what its step has as `card`. */
  readonly id: string;
  readonly title: string | undefined;
  /** Of its HTML. */
  readonly bytes: number;
  /** It was recorded by a run that was imported, or by one that was removed since: it may be anybody's. Open it in a frame with `sandbox`. */
  readonly imported: boolean;
  /** One HTML file, which makes no requests. */
  html(): string;
}

/** How many tasks of a step ended how. */
export interface StepCounts {
  done: number;
  /** How many of the done tasks failed and were caught. */
  caught: number;
  failed: number;
  running: number;
  /** Of all its tasks together. Milliseconds. */
  totalMs: number;
}

/** The common part of runs and tasks: their status and their times. */
export interface Timed {
  readonly pathspec: string;
  readonly status: RunStatus;
  readonly finished: boolean;
  readonly successful: boolean;
  readonly startedAt: Date;
  readonly finishedAt: Date | undefined;
  readonly durationMs: number | undefined;
  readonly error: ErrorRecord | undefined;
  refresh(): Promise<this>;
}

export interface TaskView<A> extends Timed, AsyncIterable<ArtifactView> {
  readonly number: number;
  readonly step: string;
  readonly kind: StepKind;
  readonly run: RunView<Untyped>;
  readonly caught: boolean;
  readonly index: number[];
  readonly stack: readonly { step: string; index: number; count: number }[];
  readonly iteration: number | undefined;
  readonly case: string | undefined;
  readonly params: readonly string[];
  readonly exception: Error | undefined;
  readonly attempt: number;
  readonly attempts: NonNullable<TaskRow['attempts']>;
  readonly artifacts: Values<A>;
  artifactNames(): string[];
  artifact(name: string): Promise<ArtifactView>;
  readonly parentPathspecs: string[];
  readonly basePathspec: string | undefined;
  parents(): Promise<TaskView<Untyped>[]>;
  children(): AsyncGenerator<TaskView<Untyped>, void, undefined>;
  origin(): Promise<TaskView<Untyped> | undefined>;
  readonly originPathspec: string | undefined;
  logs(): AsyncGenerator<TaskLog, void, undefined>;
  stdout(attempt?: number): Promise<string>;
  stderr(attempt?: number): Promise<string>;
}

export interface StepView<A> extends AsyncIterable<TaskView<A>> {
  readonly name: string;
  readonly run: RunView<Untyped>;
  readonly pathspec: string;
  readonly kind: StepKind;
  parents(): StepView<Untyped>[];
  children(): StepView<Untyped>[];
  origin(): Promise<StepView<Untyped> | undefined>;
  task(number?: number): Promise<TaskView<A>>;
  tasks(): AsyncGenerator<TaskView<A>, void, undefined>;
  cards(): Promise<TaskCard[]>;
}

export interface RunView<A> extends Timed, Iterable<StepView<Untyped>> {
  readonly flow: string;
  readonly number: number;
  readonly user: string;
  readonly namespace: string;
  readonly tags: ReadonlySet<string>;
  readonly systemTags: ReadonlySet<string>;
  readonly git: GitState | undefined;
  readonly code: string | undefined;
  readonly file: string | undefined;
  readonly environment: { node: string; version: string; host: string };
  readonly counts: RunRow['tasks'];
  readonly paramInputs: Readonly<Record<string, unknown>>;
  readonly spunFrom: RunRow['spunFrom'];
  readonly imported: RunRow['imported'];
  readonly originPathspec: string | undefined;
  origin(): Promise<RunView<Untyped> | undefined>;
  params(): Promise<Record<string, unknown>>;
  paramArtifacts(): Promise<ArtifactView[]>;
  stepCounts(): Promise<Map<string, StepCounts>>;
  addTags(...tags: string[]): Promise<this>;
  removeTags(...tags: string[]): Promise<this>;
  replaceTags(remove: readonly string[], add: readonly string[]): Promise<this>;
  step(name: string): StepView<Untyped>;
  steps(): StepView<Untyped>[];
  tasks(): AsyncGenerator<TaskView<Untyped>, void, undefined>;
  task(label: string): Promise<TaskView<Untyped>>;
  readonly artifacts: Values<A>;
}
