/** The types of the Runner: its options and its results. */
import type { Run, Task } from '../client';
import type { Later } from '../definition/codec';
import type { TaskCounts } from '../engine/task/flow-event';
import type { ShownCard } from './backend';

export interface RunnerOptions {
  /**
   * The store of the runs. Default: the runner's own store, which {@link Runner.dispose} deletes. A folder is your
   * own store; `'workspace'` is the one that `nx-flow` uses.
   */
  store?: string;
  /** The namespace in which the latest run is looked up and new runs are recorded. Default `user:<name>`. */
  namespace?: string;
  /**
   * How long importing a flow that is given by its file may take, such as `'30s'` or `'5m'`; default `'2m'`. After
   * that, a spin or a run throws FLOW_IMPORT.
   */
  importTimeout?: string;
}

/** A recorded run or task: its number, its pathspec, or a result of `runner.run` or the client. */
export type Origin = number | string | { readonly pathspec: string };

/** Artifacts for a step: for a join a list, for a gather an object for each branch, otherwise one object. */
export type GivenArtifacts<C> = 0 extends 1 & C
  ? object
  : C extends { readonly inputs: infer I }
    ? I extends readonly unknown[]
      ? readonly Some<I[number]>[]
      : { readonly [K in keyof I]?: Some<I[K]> }
    : C extends { readonly self: infer A }
      ? Some<A>
      : object;

/** Some of the artifacts; where the step reads a handle, the value itself will do. */
type Some<A> = { [K in keyof A]?: A[K] extends Later<infer V> ? A[K] | V : A[K] };

/** Values for a flow's parameters. Its schemas parse them, as on a command line. */
export type GivenParams<P> = { readonly [K in keyof P]?: unknown };

export interface SpinOptions<P = Record<string, unknown>, G = object> {
  /**
   * Artifacts for the step. Without `from` they are all that it sees: nothing is looked up. With `from` they
   * override the recorded ones.
   */
  artifacts?: G;
  /** Parameters. The others keep the run's values or their defaults. */
  params?: GivenParams<P>;
  /** Whose inputs to take: a run, a task, or `'latest'`, the newest with inputs (default without `artifacts`). */
  from?: Origin | 'latest';
  /** Which split of a foreach, from 0. For nested foreaches a list, outermost first. */
  index?: number | readonly number[];
  /** Which iteration of a loop, from 0. */
  iteration?: number;
  /** Options of the step that are left out: `['timeout', 'env']`. */
  without?: readonly string[];
  /** Store it as a persisted spin: see {@link Spun.task}. */
  persist?: boolean;
}

/** The result of a spin. A failed step is a result too: see `status` and `error`. */
export interface Spun<A = Record<string, unknown>> {
  readonly step: string;
  readonly status: 'done' | 'failed';
  /** What the step threw. From another process, an Error with its name, message, code, stack and causes. */
  readonly error: Error | undefined;
  /**
   * What the step returned, each decoded when it is first read. Reading a name that it did not return throws
   * FLOW_ARTIFACT_NOT_FOUND, whose cause is the step's error, if it failed.
   */
  readonly artifacts: A;
  /** What the step wrote through `console`, `log` and the process's streams. */
  readonly stdout: string;
  readonly stderr: string;
  /** The duration of the step alone. Milliseconds. */
  readonly durationMs: number;
  /** The task (`movies/12/train/3`) or the run that had the inputs. Undefined when all were given. */
  readonly origin: string | undefined;
  /** The split, outermost first. Empty outside a foreach. */
  readonly index: readonly number[];
  /** What the step showed by `card`, as HTML: `spun.cards[0]?.html`. */
  readonly cards: readonly ShownCard[];
  /** A sentence for each missing artifact that it read, on what would help. */
  readonly hints: readonly string[];
  /** For a persisted spin: `movies/3/train/1`, in the store of persisted spins. */
  readonly pathspec: string | undefined;
  /** For a persisted spin: its task in the client, with all artifacts that it passes on. */
  readonly task: Task<A> | undefined;
}

export interface RunOptions<P = Record<string, unknown>> {
  params?: GivenParams<P>;
  tags?: readonly string[];
}

export interface ResumeOptions<P = Record<string, unknown>> extends RunOptions<P> {
  /** The run to take over from. Default: the newest. */
  from?: Origin | 'latest';
  /** Execute this step and the steps after it again. */
  step?: string | { readonly name: string };
}

/** The artifacts at the end of a run, by their names: a matcher reads them at once. */
export const ARTIFACTS = Symbol.for('nx-flow.artifacts');

/** The result of a run. It can be the `from` of a spin. */
export interface Ran<A = Record<string, unknown>> {
  /** `movies/12` */
  readonly pathspec: string;
  readonly status: 'done' | 'failed';
  /** The error of the first task that failed. */
  readonly error: Error | undefined;
  readonly durationMs: number;
  readonly tasks: TaskCounts;
  /** The run as the client shows it: `await ran.run.artifacts.playlist`. */
  readonly run: Run<A>;
}
