/** What a store records: runs, tasks, artifacts and logs, as they are kept. */
import type { StepKind } from '../definition/graph';

/** `stopped`: a run that was told to end early (`--until`), to be resumed. */
export type Status = 'running' | 'done' | 'failed' | 'stopped';
export type TaskStatus = Exclude<Status, 'stopped'>;

/** An exception as it is recorded. A plain record: an Error written by one Node cannot be read by another. */
export interface ErrorRecord {
  name: string;
  message: string;
  stack?: string;
  code?: string;
  cause?: ErrorRecord;
  /** Of an AggregateError. */
  errors?: ErrorRecord[];
  /** Its own fields, such as `status`: texts, numbers, truth values, and those of the plain objects among them. */
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
  status: Status;
  user: string;
  /** Where "latest" looks it up: `user:<name>` unless `--namespace` says otherwise. */
  namespace: string;
  /** The user's tags at its start. Those of now: `Store.tags`, `Store.withTags`. */
  tags: string[];
  systemTags: string[];
  /** Milliseconds since 1970. */
  startedAt: number;
  durationMs?: number;
  /** Parameters as they were given. What the schemas made of them are artifacts of the pseudo task `params/0`. */
  paramInputs: Record<string, unknown>;
  /** Step options that were given for all steps, as they were written: `retry=3`. */
  with?: readonly string[];
  /** sha256 of the flow's source file. */
  code?: string;
  file?: string;
  /** Digest of the variables that the flow names as inputs. */
  environment?: string;
  git?: GitState;
  /** Counts of tasks by their end; `taken`: taken over from the origin. */
  tasks?: { done: number; failed: number; taken?: number };
  /** Of a resumed run: the number of the run that it took finished tasks over from. */
  origin?: number;
  /** Of a spin that was kept: the step, and the run or task whose inputs it took. */
  spunFrom?: { step: string; origin?: string };
  /** Of a run that was made elsewhere: what it was there, and how it came here. */
  imported?: ImportedFrom;
  error?: ErrorRecord;
  /** The process that runs it, to tell a run that goes on from one that was killed. */
  pid: number;
  host: string;
  node: string;
  version: string;
  /** The flow as it was, in the order of declaration; `after`: the steps that a step follows. */
  steps: { name: string; kind: StepKind; after?: string[] }[];
}

/** A part of a fingerprint: its kind, its name, its hash or version, and `file:line` where it has a place. */
export type CodePart = [kind: string, name: string, value: string, at?: string];

/** The fingerprints of a run's steps. Parts that several steps share are written once. */
export interface CodeRow {
  format: number;
  parts: CodePart[];
  /** Of each step: which parts. */
  steps: Record<string, number[]>;
  /** Of each step: one digest over its parts, as the sources were when the run began. Equal code has equal digests. */
  digests: Record<string, string>;
  /** Of a step whose declaration could not be found: everything that the flow loads. */
  other: number[];
  otherDigest: string;
  /** Why there are no fingerprints: the code could not be read when the run began. */
  error?: string;
}

export interface ImportedFrom {
  /** Of its content: importing the same run again is known by it. */
  id: string;
  /** `movies/12`, in the store in which it ran. */
  run: string;
  /** In that store. */
  namespace: string;
  /** Of a resumed run: the number, there, of the run that it took finished tasks over from. */
  origin?: number;
  /** Milliseconds since 1970. */
  at: number;
  /** Who imported it. */
  by: string;
}

/** One foreach around a task: which split it is, and where the split list lies. */
export interface StackFrame {
  step: string;
  index: number;
  count: number;
  /** The artifact that is split, and the task that shows it (`step/task`). */
  over: string;
  shownBy: string;
}

/**
 * What a finished task read of one name: the digest of the value, null where there was none. Where several inputs have
 * it, the numbers of those that were asked, unless they are all; the digest is then that of their digests, in order, as
 * JSON.
 */
export type NameRead = [name: string, digest: string | null, inputs?: number[]];

/**
 * What a task's body looked at, and what was decided by after it. What is not named here cannot have changed its
 * outcome, but for what no record can see: clock, network, chance, files.
 *
 * Two equal tasks have equal code too. That stands once for each step, in the {@link CodeRow} of the run that executed
 * the task, the one in `row.origin` or else the row's own: `codeDigest` in `engine/record/code.ts` reads it. And they have as many inputs:
 * `parents` and `branches` say how many, and from where.
 */
export interface TaskReads {
  /** Parameters. Which ones the flow has is part of every step's code. */
  params?: string[];
  /** Artifacts of `self` or `inputs`. A question whether one is there counts as reading it. */
  names?: NameRead[];
  /**
   * Inputs of which everything counts as read: they were spread, enumerated or given to merge(), which looks at all
   * names. The digest is of the list of [name, digest] as JSON; of several inputs as in {@link NameRead}.
   */
  all?: [digest: string, inputs?: number[]];
  /** Foreaches around it whose item it read, by `input` or `stack`: their digests are `items` of the task that shows the list. */
  items?: string[];
  index?: true;
  iteration?: true;
  /** Fields of `current` that differ between runs or tasks. `origin` stands for its absence, too. */
  current?: string[];
}

export interface TaskRow {
  step: string;
  task: number;
  kind: StepKind;
  status: TaskStatus;
  attempt: number;
  /** `step/task` of this run (or `run/step/task` of another), in input order; of a kept spin full pathspecs. */
  parents: string[];
  /** A gather's names for its parents. */
  branches?: string[];
  /** Outermost first. */
  stack: StackFrame[];
  /** Of a loop: which iteration, and whether another follows. */
  iteration?: number;
  continues?: boolean;
  /** Of a task that a resumed run took over: the one that executed, as `run/step/task`. */
  origin?: string;
  /** Of a kept spin: the task or run whose inputs it took, as a full pathspec of the real store. */
  spunFrom?: string;
  /** Of a kept spin: the tasks, as full pathspecs, that stored what it passes on; all of that is kept with it. */
  sources?: Record<string, string>;
  /** What it read; absent where that is not known: while it is under way, after a failure, a caught one too. */
  reads?: TaskReads;
  /** For the foreaches that come next: how long their lists are. */
  counts?: Record<string, number>;
  /** The digests of the items of those lists, packed (`item-digests.ts`); not of a list that a codec of the flow stored. */
  items?: Record<string, string>;
  /** Of a switch: the case that it chose. */
  case?: string;
  startedAt: number;
  durationMs?: number;
  /** Names of the artifacts that this task itself stored. */
  stored: string[];
  /** Names that it does not pass on, though it stored or inherited them: its step's option `drop`. */
  dropped?: string[];
  /** Artifacts that it passes on by reference: name to the task that stored it. */
  inherited: Record<string, string>;
  /** Why it failed; of a step that catches, also where it counts as done. */
  error?: ErrorRecord;
  /** The attempts that failed before this one. */
  attempts?: { startedAt: number; durationMs: number; error: ErrorRecord }[];
}

/** What is known of an artifact without reading its bytes. */
export interface ArtifactMeta {
  codec: string;
  version: number;
  /** For people: `Array(3201)`, `string`, `Map(4)`. */
  type: string;
  /** Bytes as encoded. */
  size: number;
  /** Of its value, by canonical walk: equal values have equal digests. */
  digest: string;
  /** sha256 of its bytes, when they lie in the CAS. */
  hash?: string;
}

/** An artifact in a list, for people and programs. */
export interface ArtifactSummary extends Pick<ArtifactMeta, 'type' | 'size' | 'digest'> {
  name: string;
}

/** An artifact as it travels: its bytes in hand, or in the CAS under `hash`. */
export interface ArtifactRecord extends ArtifactMeta {
  bytes?: Uint8Array;
  /** Of a file that no store has: where it lies. In a spin only, never recorded. */
  path?: string;
}

export interface LogRow {
  stream: 'stdout' | 'stderr';
  at: number;
  text: string;
}
