/** The types of the Runner: what it is given, and what comes back. */
import type { Run, Task } from '../client';
import type { TaskCounts } from '../engine/task/flow-event';

export interface RunnerOptions {
  /**
   * Where runs are recorded. Default: a store of the runner's own, gone with {@link Runner.dispose}. A folder is a
   * store of yours; `'workspace'` is the one that `nx-flow` uses.
   */
  store?: string;
  /** Whose runs count as latest, and whom new ones belong to. Default `user:<name>`. */
  namespace?: string;
}

/** Whatever stands for a recorded run or task: its number, its pathspec, or what `runner.run` or the client gave. */
export type Origin = number | string | { readonly pathspec: string };

/** Artifacts for a step, by its context: of a join a list, of a gather an object for each branch, else one object. */
export type GivenArtifacts<C> = 0 extends 1 & C
  ? object
  : C extends { readonly inputs: infer I }
    ? I extends readonly (infer E)[]
      ? readonly Partial<E>[]
      : { readonly [K in keyof I]?: Partial<I[K]> }
    : C extends { readonly self: infer A }
      ? Partial<A>
      : object;

/** Values for a flow's parameters. They go through its schemas, as those of a command line. */
export type GivenParams<P> = { readonly [K in keyof P]?: unknown };

export interface SpinOptions<P = Record<string, unknown>, G = object> {
  /**
   * Artifacts for the step. Without `from` they are all that it sees: nothing is looked up. With `from`, they stand on
   * top of what was recorded.
   */
  artifacts?: G;
  /** Parameters. Others are those of the run, or their defaults. */
  params?: GivenParams<P>;
  /** Whose inputs: a run, a task, or `'latest'`, the newest run that has them, which is the default without `artifacts`. */
  from?: Origin | 'latest';
  /** Which split of a foreach, from 0; of nested ones a list, outermost first. */
  index?: number | readonly number[];
  /** Which iteration of a loop, from 0. */
  iteration?: number;
  /** Keep the spin in the store of kept spins, `spin/` beside the runner's: see {@link Spun.task}. */
  persist?: boolean;
}

/** What a spin came to. A step that fails is a result too: see `status` and `error`. */
export interface Spun<A = Record<string, unknown>> {
  readonly step: string;
  readonly status: 'done' | 'failed';
  /** What the step threw; of another process, an Error with its name, message, code, stack and causes. */
  readonly error: Error | undefined;
  /**
   * What the step returned, each decoded when it is first read. Reading a name that it did not return throws
   * FLOW_ARTIFACT_NOT_FOUND, whose cause is the step's error, if it failed.
   */
  readonly artifacts: A;
  /** What the step wrote, through `console`, `log` and the process's streams. */
  readonly stdout: string;
  readonly stderr: string;
  /** Of the step alone. Milliseconds. */
  readonly durationMs: number;
  /** The task (`movies/12/train/3`) or the run that gave the inputs; undefined where all were given. */
  readonly origin: string | undefined;
  /** The split, outermost first; empty outside a foreach. */
  readonly index: readonly number[];
  /** The artifacts that it read and that were not there, a sentence each on what would help. */
  readonly hints: readonly string[];
  /** Of a spin that was kept: `movies/3/train/1`, in the store of kept spins. */
  readonly pathspec: string | undefined;
  /** Of a spin that was kept: as the client shows it, with all that it passes on. */
  readonly task: Task<A> | undefined;
}

export interface RunOptions<P = Record<string, unknown>> {
  params?: GivenParams<P>;
  tags?: readonly string[];
}

export interface ResumeOptions<P = Record<string, unknown>> extends RunOptions<P> {
  /** The run to take over from. Default: the newest. */
  from?: Origin | 'latest';
  /** Execute this step again, and what follows it. */
  step?: string | { readonly name: string };
}

/** What a run came to. It can stand as the `from` of a spin. */
export interface Ran<A = Record<string, unknown>> {
  /** `movies/12` */
  readonly pathspec: string;
  readonly status: 'done' | 'failed';
  /** Of the first task that failed. */
  readonly error: Error | undefined;
  readonly durationMs: number;
  readonly tasks: TaskCounts;
  /** The run as the client shows it: `await ran.run.artifacts.playlist`. */
  readonly run: Run<A>;
}
