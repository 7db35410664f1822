/** The rows of a store: runs, tasks, artifacts and logs. */
import type { StepKind } from '../../definition/graph';
import type { Contents } from './contents';
import type { Unlike } from './reuse-row';

/** `stopped`: a run that ended early on request (`--until`) and can be resumed. */
export type Status = 'running' | 'done' | 'failed' | 'stopped';
export type TaskStatus = Exclude<Status, 'stopped'>;
/** `killed`: its row says that it is running, and the process that coordinated it is gone. */
export type RunStatus = Status | 'killed';

/** An exception as it is recorded. A plain record: an Error written by one Node cannot be read by another. */
export interface ErrorRecord {
  name: string;
  message: string;
  stack?: string;
  code?: string;
  cause?: ErrorRecord;
  /** Of a flow that cannot be imported: the line that the message names, `file:line:column`. */
  where?: string;
  /** The errors of an AggregateError. */
  errors?: ErrorRecord[];
  /** Its own fields, such as `status`: strings, numbers, booleans, and plain objects of them. */
  fields?: ErrorFields;
}
export type ErrorField = string | number | boolean | null;
export type ErrorFields = Record<string, ErrorField | Record<string, ErrorField>>;

export interface GitState {
  commit: string;
  branch?: string;
  dirty?: boolean;
}

export interface RunRow {
  flow: string;
  run: number;
  /** As it is now: `killed` is known when the row is read, and written nowhere. */
  status: RunStatus;
  user: string;
  /** The namespace in which "latest" finds it: `user:<name>` unless `--namespace` is given. */
  namespace: string;
  /** The user's tags at its start. For the current ones see `Store.tags`, `Store.tagged`. */
  tags: string[];
  systemTags: string[];
  /** Milliseconds since 1970. */
  startedAt: number;
  durationMs?: number;
  /** The given parameters. The values from the schemas are artifacts of the pseudo task `params/0`. */
  paramInputs: Record<string, unknown>;
  /** Step options given for all steps, as written: `retry=3`. */
  with?: readonly string[];
  /** The names of the secrets of its flow. Their values are nowhere. */
  secrets?: readonly string[];
  /** sha256 of the flow's source file. */
  code?: string;
  file?: string;
  /** Digests of the environment variables among the flow's declared inputs, by name; null for one that was not set. */
  variables?: Readonly<Record<string, string | null>>;
  git?: GitState;
  /** Counts of tasks by their end; `taken`: taken over from the origin; `reused`: from any earlier run, by `reuse`. */
  tasks?: { done: number; failed: number; taken?: number; reused?: number };
  /** In a resumed run: the number of the run that it took finished tasks over from. */
  origin?: number;
  /** Of `run --reuse`: tasks of it may stand for equal ones of any earlier run. */
  reuse?: true;
  /** In a persisted spin: the step, and the run or task whose inputs it took. */
  spunFrom?: { step: string; origin?: string };
  /** In an imported run: its origin and its import. */
  imported?: ImportedFrom;
  error?: ErrorRecord;
  /** In an ended run: how many records each of its steps has. */
  contents?: Contents;
  /** When a repair of the store found that records of it are lost: milliseconds since 1970. See `LostRow`. */
  repaired?: number;
  /** In an ended run: what became of the tasks of each of its steps. Absent where this store did not see them end. */
  summaries?: Record<string, PackedSummary>;
  /** The process that runs it. */
  pid: number;
  host: string;
  /** In which space of its machine it has that number: containers have their own. Absent in runs of earlier versions. */
  processSpace?: string;
  node: string;
  version: string;
  /** The steps of the flow at that time, in the order of declaration; `after`: the steps that a step follows. */
  steps: { name: string; kind: StepKind; after?: string[] }[];
}

/**
 * The tasks of one step, by their ends: done, caught, failed, running, milliseconds of all, the smallest number of one, and the
 * smallest numbers of some that have an error. As short as it can be, since lists of runs read it.
 */
export type PackedSummary = number[];

/** A part of a fingerprint: its kind, its name, its hash or version, and `file:line` if it has a place. */
export type CodePart = [kind: string, name: string, value: string, at?: string];

/** The fingerprints of a run's steps. Parts that several steps share are written once. */
export interface CodeRow {
  format: number;
  parts: CodePart[];
  /** For each step, the indexes of its parts. */
  steps: Record<string, number[]>;
  /** For each step, one digest over its parts when the run began. Equal code has equal digests. */
  digests: Record<string, string>;
  /** The parts of a step whose declaration could not be found: everything that the flow loads. */
  other: number[];
  otherDigest: string;
  /** Why there are no fingerprints: the code could not be read when the run began. */
  error?: string;
}

export interface ImportedFrom {
  /** The id of its content. It shows when the same run is imported again. */
  id: string;
  /** `movies/12`, in the store in which it ran. */
  run: string;
  /** Its namespace in that store. */
  namespace: string;
  /** In a resumed run: the number in that store of the run that it took finished tasks over from. */
  origin?: number;
  /** Milliseconds since 1970. */
  at: number;
  /** Who imported it. */
  by: string;
}

/** One foreach around a task: which split the task is in, and the list that is split. */
export interface StackFrame {
  step: string;
  index: number;
  count: number;
  /** The artifact that is split, and the task that shows it (`step/task`). */
  over: string;
  shownBy: string;
}

/**
 * What a finished task read under one name: the digest of the value, or null when there was none. When several
 * inputs have the name, `inputs` has the numbers of those that were read, unless all were. The digest is then that
 * of their digests, in order, as JSON.
 */
export type NameRead = [name: string, digest: string | null, inputs?: number[]];

/**
 * What a task's body read, and what later decisions read. Nothing else can have changed its outcome, except what
 * no record can see: clock, network, randomness, files.
 *
 * Two equal tasks have equal code too. The code is in the {@link CodeRow} of the run that executed the task
 * (`row.origin`, or else the row's own), once for each step: `codeDigest` in `engine/record/code.ts` reads it.
 * They also have equally many inputs: see `parents` and `branches`. A task with a `base` has it for its only input.
 */
export interface TaskReads {
  /** Parameters that it read. The list of the flow's parameters is part of every step's code. */
  params?: string[];
  /** Artifacts of `self` or `inputs` that it read. Checking whether one exists counts as reading it. */
  names?: NameRead[];
  /**
   * Inputs that count as read completely: they were spread, enumerated or passed to merge(), which reads all
   * names. The digest is that of the list of [name, digest] as JSON; for several inputs as in {@link NameRead}.
   */
  all?: [digest: string, inputs?: number[]];
  /** Foreaches around it whose item it read by `input` or `stack`. `items` of the list's task has the digests. */
  items?: string[];
  index?: true;
  iteration?: true;
  /** Fields of `current` that it read and that differ between runs or tasks. `origin` counts even if absent. */
  current?: string[];
}

export interface TaskRow {
  step: string;
  task: number;
  kind: StepKind;
  status: TaskStatus;
  attempt: number;
  /** `step/task` of this run (or `run/step/task`), in input order. A persisted spin has full pathspecs. */
  parents: string[];
  /** In a join whose foreach had nothing to split, and which has no parents: the task before the foreach. merge() passes on what it left. */
  base?: string;
  /** A gather's names for its parents. */
  branches?: string[];
  /** Outermost first. */
  stack: StackFrame[];
  /** In a loop: which iteration, and whether another follows. */
  iteration?: number;
  continues?: boolean;
  /** In a task that was taken over from another run: the one that executed, as `run/step/task`. */
  origin?: string;
  /** In a task that `run --reuse` executed: why it took no earlier one over. */
  unlike?: Unlike;
  /** In a persisted spin: the task or run whose inputs it took, as a full pathspec of the real store. */
  spunFrom?: string;
  /** In a persisted spin: the tasks, as full pathspecs, that stored what it passes on. It keeps all of that. */
  sources?: Record<string, string>;
  /** What it read. Absent when unknown: while it runs, and after a failure, even a caught one. */
  reads?: TaskReads;
  /** The lengths of the lists of the foreaches that come next. */
  counts?: Record<string, number>;
  /** The packed digests of these lists' items (`item-digests.ts`), unless a codec of the flow stored the list. */
  items?: Record<string, string>;
  /** The case that a switch chose. */
  case?: string;
  startedAt: number;
  durationMs?: number;
  /** Names of the artifacts that this task itself stored. */
  stored: string[];
  /** Names that it stored or inherited but does not pass on, by its step's option `drop`. */
  dropped?: string[];
  /** Artifacts that it passes on by reference: name to the task that stored it. */
  inherited: Record<string, string>;
  /** Why it failed. A caught failure keeps it although the task counts as done. */
  error?: ErrorRecord;
  /** The attempts that failed before this one. */
  attempts?: { startedAt: number; durationMs: number; error: ErrorRecord }[];
}

/** What a store knows of an artifact without reading its bytes. */
export interface ArtifactMeta {
  codec: string;
  version: number;
  /** For people: `Array(3201)`, `string`, `Map(4)`. */
  type: string;
  /** Bytes as encoded. */
  size: number;
  /** The digest of its value by the canonical walk. Equal values have equal digests. */
  digest: string;
  /** sha256 of its bytes, when they are in the CAS; with `blobs`, they come there from shared blobs when they are first read. */
  hash?: string;
  blobs?: true;
}

/** An artifact in a list, for people and programs. */
export interface ArtifactSummary extends Pick<ArtifactMeta, 'type' | 'size' | 'digest'> {
  name: string;
}

/** An artifact in transit: its bytes are in `bytes`, or in the CAS under `hash`. */
export interface ArtifactRecord extends ArtifactMeta {
  bytes?: Uint8Array;
  /** The path of a file that no store has. Only in a spin, never recorded. */
  path?: string;
}

export interface LogRow {
  stream: 'stdout' | 'stderr';
  at: number;
  text: string;
}
