/**
 * What the page asks its server, and what it gets: JSON over HTTP below `/api`, with the token as `Authorization: Bearer …`.
 * The server and the page both import these types; nothing of them is left at run time.
 * Long, because it is a list: each route stands alone.
 */
import type { ErrorRecord, RunStatus } from '@nx-flow/core/ui';

/** An error: HTTP 4xx or 5xx, and this body. */
export interface ErrorReply {
  error: { code: string; message: string };
}

/** `GET /api/about` */
export interface About {
  /** Of these routes: a page of another version says so, and asks to be loaded again. */
  version: 1;
  /** Of `@nx-flow/core`. */
  core: string;
  /** The name of its folder. */
  workspace: string;
  store: string;
  user: string;
  /** The namespace that commands use by default, as in `user:ada`. */
  namespace: string;
  flows: readonly FlowEntry[];
  /** The pathspec that `nx-flow ui <pathspec>` named: where the page begins. */
  at?: string;
}

/** A flow that has runs, or that has a file in the workspace. */
export interface FlowEntry {
  name: string;
  /** Its file, from the workspace. Absent: it cannot be run or spun from here. */
  file?: string;
  runs: boolean;
}

/** `GET /api/runs?…`: every filter is one of its names. Newest first, unless `sort` says otherwise. */
export interface RunsQuery {
  flow?: string;
  /** Several with commas. */
  status?: string;
  /** Several with commas: runs that have all of them. */
  tag?: string;
  user?: string;
  /** Absent or `*`: all. */
  namespace?: string;
  /** `name=value`, several with commas. */
  param?: string;
  /** ISO times, or a length back from now: `24h`, `7d`. */
  since?: string;
  until?: string;
  /** A part of an error's text. */
  error?: string;
  /** A part of anything that a row shows. */
  q?: string;
  /** `started`, `duration`, `flow`, `status`; a `-` in front turns it round. Default `-started`. */
  sort?: string;
  limit?: string;
  /** From the reply before. */
  cursor?: string;
}

export interface RunsReply {
  runs: readonly RunEntry[];
  /** Absent: there are no more. */
  cursor?: string;
}

/** A run in a list. Times are milliseconds since 1970. */
export interface RunEntry {
  pathspec: string;
  flow: string;
  run: number;
  status: RunStatus;
  user: string;
  namespace: string;
  tags: readonly string[];
  systemTags: readonly string[];
  startedAt: number;
  durationMs?: number;
  params: Readonly<Record<string, unknown>>;
  counts?: { done: number; failed: number; taken?: number; reused?: number };
  /** The first line of its error. */
  error?: string;
  /** Of a run that is going on: the steps that are being executed. */
  current?: readonly string[];
  imported?: boolean;
}

/** `GET /api/run/:flow/:run` */
export interface RunReply extends RunEntry {
  graph: GraphEntry;
  failure?: ErrorRecord;
  origin?: string;
  git?: { commit: string; branch?: string; dirty?: boolean };
  environment: { node: string; version: string; host: string };
  /** It was started from this page: `DELETE /api/work/:flow/:run` ends it. */
  here?: boolean;
  /** Cards that the tasks of a step have together. */
  shared?: readonly SharedCardEntry[];
  /** Commands behind what one sees. */
  commands: readonly CommandEntry[];
}

/** `nx-flow resume movies/12`, and what it does. */
export interface CommandEntry {
  label: string;
  command: string;
}

export interface GraphEntry {
  nodes: readonly GraphNode[];
  edges: readonly (readonly [from: string, to: string])[];
}

export interface GraphNode {
  name: string;
  kind: string;
  /** The names of the foreaches around it, outermost first. */
  inside: readonly string[];
  tasks: { total: number; done: number; failed: number; running: number; caught: number };
  /** Of all its tasks together. */
  durationMs: number;
}

/**
 * `GET /api/run/:flow/:run/tasks`: all tasks of a run, in columns, so that 100,000 of them are one small reply. All lists have the
 * same length.
 */
export interface TasksReply {
  steps: readonly string[];
  /** Indexes of `steps`. */
  step: readonly number[];
  task: readonly number[];
  /** Indexes of `STATUSES`. */
  status: readonly number[];
  /** Milliseconds after the start of the run. -1: not begun. */
  start: readonly number[];
  /** Milliseconds. -1: not ended. */
  duration: readonly number[];
  /** How many attempts there were. */
  attempts: readonly number[];
  /** The split, as in `2` or `2.0`; empty outside of a foreach. */
  index: readonly string[];
  /** The attempts before the last one, by the place of the task: start and duration of each, one after the other. */
  tries?: Readonly<Record<number, readonly number[]>>;
  /** The first line of the error of a failed task, by the place of the task. */
  errors: Readonly<Record<number, string>>;
}

export const STATUSES = ['running', 'done', 'failed', 'caught', 'taken'] as const;

/** `GET /api/task/:flow/:run/:step/:task` */
export interface TaskReply {
  pathspec: string;
  flow: string;
  run: number;
  step: string;
  task: number;
  kind: string;
  status: 'running' | 'done' | 'failed';
  caught: boolean;
  startedAt: number;
  durationMs?: number;
  index: readonly number[];
  iteration?: number;
  case?: string;
  origin?: string;
  attempts: readonly AttemptEntry[];
  error?: ErrorRecord;
  /** The lines of source around the place where it was thrown, where the file is still there. */
  source?: { file: string; first: number; marked: number; lines: readonly string[] };
  inputs: readonly ArtifactEntry[];
  outputs: readonly ArtifactEntry[];
  params: readonly ArtifactEntry[];
  cards: readonly CardEntry[];
  /** Those that all tasks of its step show together. */
  shared?: readonly CardEntry[];
  parents: readonly string[];
  /** The first hundred. */
  children: readonly string[];
  childrenOf: number;
  commands: readonly CommandEntry[];
  /** Whether it can be spun from here: its flow's file is in the workspace. */
  spin: boolean;
}

export interface AttemptEntry {
  /** From 0. */
  attempt: number;
  startedAt?: number;
  durationMs?: number;
  status: 'running' | 'done' | 'failed';
  error?: ErrorRecord;
}

export interface ArtifactEntry {
  name: string;
  /** `Array(1,000)` */
  type: string;
  /** Bytes. */
  size: number;
  digest: string;
  /** A short text, for a line. Not for a large value: it is read when somebody opens it. */
  preview?: string;
  /** The task that stored it. */
  pathspec?: string;
  /** Of a part of an artifact, as the item of a split: the artifact, and the way into it. */
  in?: { name: string; path: readonly (string | number)[] };
}

export interface CardEntry {
  id: string;
  title?: string;
  attempt: number;
  bytes: number;
}

/** A card of a whole step: it has no attempt of its own. */
export interface SharedCardEntry extends Omit<CardEntry, 'attempt'> {
  step: string;
}

/**
 * `POST /api/frame`: an address for a frame. It can be asked for once, within a minute, without the token, and answers with a
 * policy that sandboxes it. A card, or a value as a card: a table, a chart of its numbers, an image, a text, a tree.
 */
export type FrameRequest =
  | { card: { task: string; id: string; attempt?: number } }
  /** That all tasks of a step show together: of `movies/12/train`. */
  | { card: { step: string; id: string } }
  | {
      value: {
        task: string;
        name: string /** Into the value, as in `["a", 0]`. */;
        path?: readonly (string | number)[];
      };
    }
  /** Of a spin of the moment. */
  | { card: { spin: number; id: string } }
  | { value: { spin: number; name: string; path?: readonly (string | number)[] } }
  /** Of an input of a spin, as {@link InputsReply} lists them. */
  | { value: { inputs: SpinChoice; name: string; path?: readonly (string | number)[] } };

export interface FrameReply {
  /** `/frame/…` */
  url: string;
  /** Of a card that still changes: as in `CardShown`. Where that says another one, the frame has to be loaded again. */
  policy?: string;
}

/** `GET /api/log/:flow/:run/:step/:task?attempt=&from=`; of a spin: `GET /api/spins/:n/log?from=` */
export interface LogReply {
  pieces: readonly { stream: 'stdout' | 'stderr'; at: number; attempt: number; text: string }[];
  /** Where to go on. */
  next: number;
  ended: boolean;
}

/** `POST /api/tags` */
export interface TagsRequest {
  run: string;
  add: readonly string[];
  remove: readonly string[];
}

/** `GET /api/compare?a=movies/12&b=movies/11`: two runs, or two tasks. */
export interface CompareReply {
  a: CompareSide;
  b: CompareSide;
  params: readonly CompareRow[];
  artifacts: readonly CompareRow[];
  times: readonly CompareRow[];
  /** Cards that both or one of them have. */
  cards: readonly { id: string; a?: string; b?: string }[];
}

export interface CompareSide {
  pathspec: string;
  status: string;
  startedAt: number;
  durationMs?: number;
}

export interface CompareRow {
  name: string;
  a?: string;
  b?: string;
  change: 'same' | 'changed' | 'only-a' | 'only-b';
  /** What differs inside of it, a line each. */
  inside?: readonly string[];
}

/** `GET /api/flow/:flow`: what a form needs. Its file is imported for it, in a process of its own. */
export interface FlowReply {
  name: string;
  file: string;
  steps: readonly { name: string; kind: string; spin: boolean }[];
  graph: GraphEntry;
  /** JSON Schema of each parameter, in the order of declaration. */
  params: readonly {
    name: string;
    schema: Readonly<Record<string, unknown>>;
    default?: unknown;
    required: boolean;
  }[];
}

/** Which step, on which inputs. Absent: as `nx-flow spin` chooses. */
export interface SpinChoice {
  flow: string;
  step: string;
  run?: number;
  task?: number;
  index?: readonly number[];
}

/** `GET /api/inputs?flow=&step=&run=&index=`: what a step would be executed on. */
export interface InputsReply {
  choice: Required<Pick<SpinChoice, 'flow' | 'step'>> & SpinChoice;
  /** The task or run that gives them. */
  origin: string;
  inputs: readonly InputEntry[];
  /** Of a join: from which to before which of its inputs are told, and how many it has. The next ones by `from=`. */
  joined?: { from: number; to: number; of: number };
  /** The splits that the step has in that run; empty outside of a foreach. */
  splits: readonly { index: readonly number[]; item: string }[];
  splitsOf: number;
}

export interface InputEntry extends ArtifactEntry {
  kind: 'artifact' | 'param' | 'item';
  /** Its value as JSON. Absent where JSON cannot say it, or where it is large: then it is shown, and not edited. */
  json?: string;
  /** Why it cannot be edited, as a sentence. */
  fixed?: string;
}

/** `POST /api/spins`: executes one step now, as `nx-flow spin` does. */
export interface SpinRequest extends SpinChoice {
  /** Inputs that are given now, by name, as JSON texts. */
  set?: Readonly<Record<string, string>>;
  /** Parameters, as JSON texts. */
  params?: Readonly<Record<string, string>>;
}

export interface SpinReply {
  n: number;
}

/** `GET /api/spins`: the spins of the moment, newest first. They are in this server's memory alone. */
export interface SpinsReply {
  spins: readonly SpinEntry[];
  /** Spins that were let go, since there was no room for them. */
  dropped: number;
}

/** A spin of this workspace, from the page or from a command. */
export interface SpinEntry {
  n: number;
  /** All of its events have it: see `Happened`. */
  work: string;
  flow: string;
  step: string;
  index: readonly number[];
  iteration?: number;
  origin?: string;
  at: number;
  status: 'running' | 'done' | 'failed' | 'stopped';
  durationMs?: number;
  originMs?: number;
  /** The first line of its error. */
  error?: string;
  /** From this page: it can be ended, and executed again. */
  here: boolean;
  user: string;
  /** Of its artifacts: how many are another value than in the origin, and than in the spin of the same step before. */
  changed: number;
  changedSince?: number;
}

/** `GET /api/spins/:n` */
export interface SpinDetail extends SpinEntry {
  artifacts: readonly SpunEntry[];
  cards: readonly { id: string; title?: string }[];
  /** The origin's cards, to compare with. */
  originCards: readonly OriginCard[];
  failure?: ErrorRecord;
  /** As in a {@link TaskReply}. */
  source?: TaskReply['source'];
  hints: readonly string[];
  /** What was executed: to change it and execute it again. */
  request?: SpinRequest;
  command: string;
}

export interface OriginCard extends CardEntry {
  /** All tasks of its step show it together. */
  shared?: true;
}

export interface SpunEntry extends ArtifactEntry {
  /** Beside the origin. */
  change: 'new' | 'same' | 'changed' | 'gone' | 'unknown';
  inside?: readonly string[];
  /** Beside the spin of the same step before. */
  since?: 'new' | 'same' | 'changed' | 'gone';
  sinceInside?: readonly string[];
}

/** `DELETE /api/spins/:n` ends one that goes on here. `DELETE /api/work/:flow/:run` ends a run that was started here. */

/** `POST /api/work`: starts or resumes a run, as the command does. */
export type WorkRequest =
  | { run: { flow: string; params: Readonly<Record<string, string>>; tags?: readonly string[] } }
  | { resume: { run: string; step?: string; params?: Readonly<Record<string, string>> } };

export interface WorkReply {
  /** `movies/13` */
  run: string;
}
