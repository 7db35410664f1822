/**
 * The output of `--json`, a shape for each command. Each object begins with `version`: it stays 1 until a field
 * changes its meaning or is removed. New fields may come at any time. Times are milliseconds, sizes bytes.
 * Long, because it is a list of independent shapes.
 */

import type { Problem } from '../../definition/errors';
import type { Change } from '../../engine/task/change';
import type { TaskCounts } from '../../engine/task/flow-event';
import type { GitState, RunRow, RunStatus } from '../../store/rows/rows';
import type { Overview } from '../queue-package';
import type { GcJson, RmJson, StoreJson } from './housekeeping';

export type Json =
  | FailureJson
  | RunJson
  | SpinJson
  | SpinAllJson
  | SweepJson
  | ThroughJson
  | WatchJson
  | StepJson
  | RunsJson
  | ShowRunJson
  | ShowTaskJson
  | CheckJson
  | DumpJson
  | LogsJson
  | CardsJson
  | UiJson
  | WorkerJson
  | WorkerScriptJson
  | QueueJson
  | TagJson
  | ExportJson
  | ImportJson
  | DiffJson
  | WhyJson
  | WhyReuseJson
  | VerifyJson
  | StoreJson
  | RmJson
  | GcJson;

/** The version of all shapes. */
const VERSION = 1;

export function versioned<T extends Json>(json: T): { version: number } & T {
  return { version: VERSION, ...json };
}

export interface ErrorJson {
  name: string;
  message: string;
  /** A stable code, such as FLOW_IMPORT. Absent when a step threw. */
  code?: string;
}

/** Any command that failed. */
export interface FailureJson {
  error: { code: string; message: string; problems?: readonly Problem[] };
}

/** `run`, `resume` */
export interface RunJson {
  /** `movies/12` */
  pathspec: string;
  status: 'done' | 'failed' | 'stopped';
  durationMs: number;
  tasks: TaskCounts;
  error?: ErrorJson;
}

/** `ui`: at its begin, on one line. */
export interface UiJson {
  /** With its token. */
  url: string;
}

/** `worker`, at its end */
export interface WorkerJson {
  id: string;
  /** By a signal, or since it had nothing to do. */
  ended: 'stopped' | 'idle';
}

/** `worker --print` */
export interface WorkerScriptJson {
  /** What the scheduler is given. */
  script: string;
}

/** `queue`; with `--migrate` the tables are there. */
export type QueueJson = Overview | { url: string; migrated: true };

/** `card` */
export interface CardsJson {
  cards: readonly CardJson[];
}

export interface CardJson {
  /** `movies/12/train/3` */
  pathspec: string;
  /** Counts from 0. */
  attempt: number;
  id: string;
  title: string | null;
  bytes: number;
  /** Where it was written. Null with `--list`. */
  file: string | null;
}

/** An artifact that a spin returned. */
export interface SpunArtifactJson {
  type: string;
  size: number;
  digest: string;
  change: Change;
  /** The value on one line, cut to a width. */
  preview: string;
  /** With `--values`, of one that changed. */
  difference?: DifferenceJson;
}

/** What differs inside of an artifact that changed: with `--values`, in `spin` and `diff`. */
export type DifferenceJson = ValueDifferenceJson | { notCompared: string };

export interface ValueDifferenceJson {
  /** How many values changed, were added and removed. */
  changed: number;
  added: number;
  removed: number;
  /** The first of them, by path: `rows[id=7].score`. */
  differences: readonly PlaceDifferenceJson[];
  /** False when the values were too large to be compared to their end. */
  complete: boolean;
}

/** Values are texts, as they are printed; `delta` is after less before. */
export type PlaceDifferenceJson =
  | { kind: 'changed'; path: string; before: string; after: string; delta?: number }
  | { kind: 'added'; path: string; after: string }
  | { kind: 'removed'; path: string; before: string }
  | { kind: 'order'; path: string }
  | {
      kind: 'list';
      path: string;
      /** The field by which rows were matched. */
      key?: string;
      before: number;
      after: number;
      changed: number;
      added: number;
      removed: number;
      moved: number;
      fields: readonly { name: string; rows: number; numbers?: NumbersJson }[];
      numbers?: NumbersJson;
    }
  | {
      kind: 'text';
      path: string;
      added: number;
      removed: number;
      lines: readonly { line: number; sign: '+' | '-'; text: string }[];
    };

export interface NumbersJson {
  mean: number;
  largest: number;
}

/** `spin`, and `result.json` next to its outputs */
export interface SpinJson {
  step: string;
  /** The task whose inputs were taken, or the run that has them. Null when the step has only parameters. */
  origin: string | null;
  /** Which split of a foreach, outermost first. Absent outside of one. */
  index?: readonly number[];
  status: 'done' | 'failed';
  durationMs: number;
  artifacts: Record<string, SpunArtifactJson>;
  /** The folder of the outputs, from the workspace's root. */
  outputPath: string;
  /** What the step showed: files, from the workspace's root. Absent where it showed nothing. */
  cards?: readonly { id: string; file: string }[];
  error?: ErrorJson;
  /** Hints about artifacts that the step read and that do not exist. */
  hints?: readonly string[];
  /** With `--persist`: the spin's pathspec among the persisted ones. */
  persisted?: string;
  /** With `--freeze`: the test, and the files beside it. */
  frozen?: FrozenJson;
}

/** What `spin --freeze` wrote. */
export interface FrozenJson {
  /** From the workspace's root; the test first. Sizes in bytes. */
  files: readonly { file: string; size: number }[];
  /** Artifacts of which the test asserts the type alone, since two executions gave different values. */
  typed: readonly string[];
}

/** `spin --watch`: one of these for each line. */
export type WatchJson =
  /** All files are watched, and the first spin has begun. `built`: files of libraries that are read as they were built. */
  | { watch: 'ready'; step: string; built?: readonly string[] }
  /** Files changed, and nothing that the step sees. */
  | { watch: 'unchanged'; step: string; files: readonly string[] }
  /** The code cannot be read, or the spin was refused: nothing is spun until it is mended. */
  | { watch: 'broken'; step: string; latencyMs: number; error: { code: string; message: string } }
  | WatchedSpinJson
  | WatchedThroughJson;

interface WatchedJson {
  watch: 'spun';
  /** Counts from 1. */
  n: number;
  /** What of the code or the data is another than at the spin before. */
  changed: readonly string[];
  /** From the change of the file to the result. */
  latencyMs: number;
}

/** One spin of a watch. */
export interface WatchedSpinJson extends WatchedJson, Omit<SpinJson, 'outputPath' | 'persisted'> {
  /** Absent where its process died. */
  outputPath?: string;
}

/** One spin of a watch with `--through`. */
export interface WatchedThroughJson extends WatchedJson, ThroughJson {
  /** Its process died. */
  error?: ErrorJson;
}

/** `spin --all` */
export interface SpinAllJson {
  step: string;
  origin: string;
  status: 'done' | 'failed';
  durationMs: number;
  splits: readonly (SpinJson & { index: readonly number[]; item: string; originMs: number | null })[];
  /** Splits that have no inputs in that run, and why. */
  without: readonly { index: readonly number[]; why: string }[];
  outputPath: string;
  /** The cards that the splits have together, as files from the workspace's root. Absent where there are none. */
  cards?: readonly { id: string; file: string }[];
  persisted?: string;
}

/** One task of a sweep, or of a chain. */
export interface SpunTaskJson extends SpinJson {
  index: readonly number[];
  /** Of a loop. */
  iteration?: number;
  item: string;
  originMs: number | null;
}

/** `spin --from`, `spin --iteration=all` */
export interface SweepJson {
  step: string;
  /** `failed` also where the step could be executed on none of them. */
  status: 'done' | 'failed';
  durationMs: number;
  /** The runs, with the parameters that are not the same in all of them: each on one line. */
  origins: readonly { origin: string; params: Readonly<Record<string, string>> }[];
  spins: readonly SpunTaskJson[];
  /** Where the step cannot be executed, and why. */
  without: readonly { origin: string; index: readonly number[]; why: string }[];
}

/** `spin --through` */
export interface ThroughJson {
  step: string;
  through: string;
  /** The run that gave the inputs. Null when the first step has only parameters. */
  origin: string | null;
  status: 'done' | 'failed';
  /** False where a switch led elsewhere, or a task failed. */
  reached: boolean;
  durationMs: number;
  /** In the order in which they were executed. */
  steps: readonly { step: string; spins: readonly SpunTaskJson[] }[];
  /** Switches that took another case than in that run. */
  cases: readonly { step: string; index: readonly number[]; took: string; before: string }[];
  /** Why it ended before the last step, where no task failed. */
  ended?: string;
}

/** `step` */
export interface StepJson {
  step: string;
  status: 'done' | 'failed';
  /** The step's earlier outputs are still valid, so it was not executed. */
  stillValid?: true;
  /** False when a switch before the step chose another case. Null when a task failed. */
  chosen?: boolean | null;
  durationMs?: number;
  tasks?: Pick<TaskCounts, 'done' | 'failed'>;
  outputPath: string;
  error?: ErrorJson;
}

/** `runs` */
export interface RunsJson {
  flow: string;
  runs: readonly {
    pathspec: string;
    status: RunStatus;
    startedAt: number;
    durationMs?: number | undefined;
    tasks?: TaskCounts | undefined;
    user: string;
    namespace: string;
    tags: readonly string[];
    params: Record<string, unknown>;
    spunFrom?: object;
  }[];
}

/** `show <flow> <run>` */
export interface ShowRunJson {
  pathspec: string;
  status: RunStatus;
  startedAt: number;
  durationMs?: number | undefined;
  user: string;
  namespace: string;
  tags: readonly string[];
  systemTags: readonly string[];
  /** The run that this one resumed. */
  origin?: string;
  spunFrom?: object;
  params: unknown;
  with?: readonly string[] | undefined;
  git?: GitState | undefined;
  imported?: RunRow['imported'];
  /** What a repair of the store found lost: a sentence each. */
  lost?: readonly string[];
  code?: string | undefined;
  error?: Pick<ErrorJson, 'name' | 'message'> | undefined;
  steps: readonly {
    step: string;
    kind: string;
    done: number;
    caught: number;
    failed: number;
    running: number;
    /** The sum over all its tasks. */
    totalMs: number;
  }[];
  tasks?: readonly TaskJson[];
}

/** A task in `show`; `show <flow> <run>/<step>/<task>` has its artifacts too. */
export interface TaskJson {
  pathspec: string;
  kind: string;
  status: string;
  caught?: true;
  attempt: number;
  origin?: string;
  spunFrom?: unknown;
  parents: readonly string[];
  /** Of a join whose foreach had nothing to split, and which has no parents: the task before the foreach. */
  base?: string;
  index: readonly number[];
  iteration?: number | undefined;
  /** The case that a switch chose. */
  case?: unknown;
  durationMs?: number | undefined;
  startedAt?: number | undefined;
  error?: Pick<ErrorJson, 'name' | 'message'> | undefined;
}

export interface ShowTaskJson extends TaskJson {
  artifacts: Record<string, { type: string; size: number; digest: string }>;
}

/** `check` */
export interface CheckJson {
  flows: unknown;
  problems: readonly unknown[];
  warnings: readonly unknown[];
}

/** `dump` */
export interface DumpJson {
  pathspec: string;
  artifacts: Record<string, unknown>;
}

/** `logs` */
export interface LogsJson {
  pathspec: string;
  logs: readonly unknown[];
}

/** `tag` */
export interface TagJson {
  pathspec: string;
  tags: readonly string[];
  systemTags: readonly string[];
}

/** `export`, `snapshot` */
export interface ExportJson {
  pathspec: string;
  file: string;
  id: string;
  tasks: number;
  artifacts: number;
  bytes: number;
}

/** `import` */
export interface ImportJson {
  pathspec: string;
  /** The run in its original store. */
  origin: string;
  /** True when the store already had the run and nothing changed. */
  known: boolean;
  namespace: string;
  id: string;
  tasks: number;
  artifacts: number;
  bytes: number;
}

/** `diff` */
export interface DiffJson {
  before: string;
  after: string;
  status: { before: string; after: string };
  durationMs: object;
  artifacts?: object;
  params?: object;
  tags?: object;
  user?: object | undefined;
  code?: object | undefined;
  git?: object | undefined;
  steps?: readonly object[];
}

/** `why` */
export interface WhyJson {
  pathspec: string;
  /** The task that executed. It is another one when a resumed run took it over. */
  executed: string;
  same: unknown;
  code: unknown;
  parameters: readonly object[];
  inputs: { before: unknown; differences: readonly unknown[] };
  upstream: unknown;
  environment: unknown;
  /** Declared variables that differ, by name alone. */
  variables: readonly { name: string; change: 'changed' | 'set' | 'unset' }[];
  git: { before: GitState | null; after: GitState | null };
}

/** `why` of a run with `--reuse` */
export interface WhyReuseJson {
  pathspec: string;
  /** How many tasks were taken over. */
  reused: number;
  /** What was executed, by step and reason. */
  executed: readonly {
    step: string;
    tasks: number;
    first: string;
    to?: string;
    what: readonly string[];
    code?: unknown;
  }[];
}

/** `verify` */
export interface VerifyJson {
  /** Its folder. */
  store: string;
  runs: number;
  records: number;
  files: number;
  bytes: number;
  /** Files that belong to no artifact. */
  unused: { files: number; bytes: number };
  problems: { where: string; message: string }[];
  /** What an earlier repair found lost. */
  lost: { where: string; message: string }[];
  /** With `--repair`, for each store that was damaged. Then all else is said of the repaired ones. */
  repairs?: RepairJson[];
}

export interface RepairJson {
  /** Its folder. */
  store: string;
  /** What this repair found lost. */
  lost: { where: string; message: string }[];
  /** The folder of the old database. */
  old: string;
  /** The size of the old database. */
  bytes: number;
}
