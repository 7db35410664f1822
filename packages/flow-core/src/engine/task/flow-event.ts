/**
 * What happens while flows run and steps are spun: one union, each member an interface with its sentence. The engine and
 * the session emit; renderers, JSON, the Runner and other processes hear. Every member is plain data, so that it can be
 * sent to another process. The form is taken from wireit's `src/event.ts`.
 * Long, because it is a list: each event stands alone, and one union holds them.
 */

import type { CardDocument } from '../../card/document';
import type { ArtifactSummary, ErrorRecord, Status } from '../../store/rows/rows';
import type { Change } from './change';
import type { ArtifactDifference } from './difference';
import type { QueueEvent } from './queue-event';

/** A task, as events name it. */
export interface TaskAddress {
  flow: string;
  /** Absent where nothing is recorded: in a spin, and in the targets `spin-<step>`. */
  run?: number;
  step: string;
  /** The number of the task in its run. Absent with `run`, and of what all tasks of a step have together. */
  task?: number;
  /** The split, outermost foreach first; empty outside of a foreach. */
  index: readonly number[];
  iteration?: number;
  /** The run that gives the inputs, where tasks on those of several are executed together. */
  from?: number;
}

/** A run has its number and begins. */
export interface RunStarted {
  type: 'run-started';
  flow: string;
  /** Absent where nothing is recorded. */
  run?: number;
  steps: readonly { name: string; kind: string }[];
  /** At most so many tasks at once. */
  workers: number;
}

/** More tasks of a step are known: they start when a worker is free. */
export interface TasksPlanned {
  type: 'tasks-planned';
  step: string;
  count: number;
}

/** A foreach had nothing to split, so that its join runs with no inputs. Told once for each foreach. */
export interface ForeachEmpty {
  type: 'foreach-empty';
  /** The foreach. */
  step: string;
  over: string;
  /** Its joins. */
  joins: readonly string[];
}

/** A resumed run takes over finished tasks of its origin, or `run --reuse` equal ones of earlier runs. */
export interface TasksTaken {
  type: 'tasks-taken';
  step: string;
  count: number;
  /** Of earlier runs. */
  reused?: true;
}

/** A worker has begun a task. */
export interface TaskStarted {
  type: 'task-started';
  task: TaskAddress;
}

/** A task wrote to its output. `text` is one or more whole or partial lines. */
export interface TaskLogged {
  type: 'task-log';
  task: TaskAddress;
  stream: 'stdout' | 'stderr';
  text: string;
}

/** A card of a task shows something else. Sent at most a few times a second; what it shows at its end is recorded. */
export interface CardUpdated {
  type: 'card-updated';
  task: TaskAddress;
  /** Counts from 0. */
  attempt: number;
  /** The id of the card among those of its task. */
  id: string;
  /** It is the card that all tasks of the step have together: `task` names the step, without a task and without a split. */
  shared?: true;
  document: CardDocument;
}

/** A task has ended well. */
export interface TaskDone {
  type: 'task-done';
  task: TaskAddress;
  durationMs: number;
}

/** A task has failed for good. */
export interface TaskFailed {
  type: 'task-failed';
  task: TaskAddress;
  durationMs: number;
  error: ErrorRecord;
}

/** An attempt failed, and another follows. */
export interface TaskRetried {
  type: 'task-retried';
  task: TaskAddress;
  /** Counts from 0. */
  attempt: number;
  /** So many attempts may follow the first. */
  times: number;
  waitMs: number;
  error: ErrorRecord;
}

/** A task has failed for good, and its step catches that: the flow goes on. */
export interface TaskCaught {
  type: 'task-caught';
  task: TaskAddress;
  durationMs: number;
  error: ErrorRecord;
}

/** A task that had ended printed something, or threw. */
export interface TaskWentOn {
  type: 'task-went-on';
  /** `genre/3`, or the split of a spin. */
  task: string;
  text: string;
}

/**
 * The process of a task has neither worked nor answered for some time. It was stopped, or waits in a call that blocks, such
 * as `execSync`. Nothing was done about it.
 */
export interface TaskSilent {
  type: 'task-silent';
  /** `genre/3`, or the split of a spin. */
  task: string;
  /** Milliseconds. */
  ms: number;
}

/** npm packages of a step are being installed before its first task: `left-pad@1.3.0, lodash@4`. */
export interface PackagesInstalling {
  type: 'packages-installing';
  packages: string;
}

/** `--until` named a step that the run did not come to, because a switch before it took another case, or a foreach was empty. */
export interface StepNotReached {
  type: 'step-not-reached';
  step: string;
  /** The foreach that had nothing to split. */
  empty?: string;
}

/** A resumed run executed a step again, because it had read parameters that changed, or because the origin has lost some of it. */
export interface StepExecutedAgain {
  type: 'step-executed-again';
  step: string;
  params: readonly string[];
  /** What is lost: `movies/12/train/3/model`. */
  lost?: readonly string[];
}

/** The last row of the run is in the store. */
export interface RunDone {
  type: 'run-done';
  flow: string;
  /** Absent where nothing is recorded. */
  run?: number;
  status: Status;
  durationMs: number;
  tasks: TaskCounts;
  error?: ErrorRecord;
}

export interface TaskCounts {
  done: number;
  failed: number;
  /** In a resumed run: taken over from its origin. */
  taken?: number;
  /** In `run --reuse`: taken over from earlier runs, where equal ones were. */
  reused?: number;
}

/** The inputs of a spin were found; its body is called next. */
export interface SpinStarted {
  type: 'spin-started';
  flow: string;
  step: string;
  /** The task whose inputs these are, or the run that gave them: `movies/12/genre/3`. Absent on parameters alone. */
  origin?: string;
  /** The number of the run that gave the inputs. */
  run?: number;
  /** The split, outermost foreach first, with the number of splits of each. */
  splits: readonly { index: number; count: number }[];
  iteration?: number;
  /** Newer runs that could not serve, and why. */
  passedOver: readonly string[];
  /** Step options that a spin does not apply. */
  notApplied: readonly string[];
  /** No split was asked for, and the first one has no inputs there: why, as a clause. */
  otherSplit?: string;
  /** The switch before the step took another case: what it took, as the beginning of a sentence. */
  otherCase?: string;
  /** Of a join without inputs: the foreach that had nothing to split. */
  empty?: string;
}

/** The splits of `spin --all` were found; their bodies are called next. */
export interface SpinsStarted {
  type: 'spins-started';
  flow: string;
  step: string;
  run: number;
  count: number;
  /** At most so many splits at once. */
  workers: number;
  passedOver: readonly string[];
  notApplied: readonly string[];
  /** Splits that have no inputs in this run, and why. */
  without: readonly { index: readonly number[]; why: string }[];
}

/** An artifact that a spin returned, beside what its origin had recorded. */
export interface SpunArtifact extends ArtifactSummary {
  change: Change;
  /** The value on one line, cut; for a reference, the task that it came from. Empty when gone. */
  preview: string;
  /** What differs from the recorded value, where that was asked for. */
  difference?: ArtifactDifference;
}

/** A card that a spin showed. */
export interface SpunCard {
  /** `default` for the one that its step has as `card`. */
  id: string;
  title?: string;
  /** From the workspace's root. Absent where no outputs are written. */
  file?: string;
}

/** A spin has ended, and its outputs are in their place. */
export interface SpinDone {
  type: 'spin-done';
  flow: string;
  step: string;
  /** The split, outermost foreach first; empty outside of a foreach. */
  index: readonly number[];
  iteration?: number;
  /** The item of the split on one line; in `spin --all`. */
  item?: string;
  origin?: string;
  /** The number of the run that gave the inputs. */
  run?: number;
  /** Milliseconds that the origin took. */
  originMs?: number;
  status: Status;
  durationMs: number;
  artifacts: readonly SpunArtifact[];
  /** Absent where it showed nothing. */
  cards?: readonly SpunCard[];
  /** The card of the task whose inputs these were, from the workspace's root: to compare with. */
  originCard?: string;
  error?: ErrorRecord;
  /** What to know of artifacts that the step read and that were not there. */
  hints: readonly string[];
  /** The folder of the outputs, from the workspace's root. Absent where none are written. */
  outputs?: string;
  /** The spin's pathspec in the store of persisted spins. */
  persisted?: string;
}

/** `spin --all` has ended, and its outputs are in their place. */
export interface SpinsDone {
  type: 'spins-done';
  flow: string;
  step: string;
  run: number;
  status: Status;
  durationMs: number;
  spins: readonly SpinDone[];
  without: readonly { index: readonly number[]; why: string }[];
  outputs: string;
  /** Those that the splits have together. Absent where there are none. */
  cards?: readonly SpunCard[];
  /** The pathspec of all of them in the store of persisted spins. */
  persisted?: string;
}

/** A spin of several tasks has ended before all of them had: it was interrupted, or its outputs cannot be written. */
export interface SpinsStopped {
  type: 'spins-stopped';
  flow: string;
  step: string;
}

/** The tasks of a sweep were found; their bodies are called next. */
export interface SweepStarted {
  type: 'sweep-started';
  flow: string;
  step: string;
  runs: readonly number[];
  count: number;
  /** At most so many tasks at once. */
  workers: number;
  notApplied: readonly string[];
}

/** A step was executed on the inputs of several runs, or of several iterations, and all outputs are in their place. */
export interface SweepDone {
  type: 'sweep-done';
  flow: string;
  step: string;
  /** `failed` also where it could be executed on none. */
  status: Status;
  durationMs: number;
  /** The runs in their order, with the parameters that are not the same in all of them: a line that shows each. */
  origins: readonly { run: number; params: Readonly<Record<string, string>> }[];
  spins: readonly SpinDone[];
  /** Where the step cannot be executed, and why. */
  without: readonly { run: number; index: readonly number[]; why: string }[];
}

/** The first step of a chain has its inputs; all steps up to the last one are executed next. */
export interface ThroughStarted {
  type: 'through-started';
  flow: string;
  step: string;
  through: string;
  run?: number;
  /** How many tasks of the first step. */
  count: number;
  /** At most so many tasks at once. */
  workers: number;
  passedOver: readonly string[];
  /** Options of its steps that are not applied. */
  notApplied: readonly string[];
}

/** A switch took another case than in the origin run. */
export interface OtherCaseTaken {
  type: 'other-case';
  step: string;
  index: readonly number[];
  took: string;
  before: string;
}

/** A chain has ended, and the outputs of its steps are in their places. */
export interface ThroughDone {
  type: 'through-done';
  flow: string;
  step: string;
  through: string;
  run?: number;
  status: Status;
  durationMs: number;
  /** In the order in which they were executed. */
  steps: readonly { step: string; spins: readonly SpinDone[] }[];
  /** Why it ended before its last step, as a sentence. Absent where it did not, and where a task failed. */
  ended?: string;
  /** Switches that took another case than in the origin run. */
  cases: readonly Omit<OtherCaseTaken, 'type'>[];
}

/** A step of the flow as a task graph has ended, and what it hands over is in its place. */
export interface StepDone {
  type: 'step-done';
  flow: string;
  step: string;
  status: Status;
  /** False when a switch before the step chose another case: then it hands over nothing. Absent where a task failed. */
  chosen?: boolean;
  durationMs: number;
  tasks: TaskCounts;
  /** The names of the artifacts that it hands over. */
  artifacts: readonly string[];
  outputs: string;
  error?: ErrorRecord;
}

/** What a step handed over before still stands, so that it is not executed. */
export interface StepStillValid {
  type: 'step-still-valid';
  flow: string;
  step: string;
  outputs: string;
  /** What its tasks printed then. */
  logs: readonly string[];
}

/** An override names an artifact that no input has, so it may be new or mistyped; or is of another type than that. */
export interface OverrideUnknown {
  type: 'override-unknown';
  message: string;
}

/** The outputs are not kept by a cache, because something changed while the step was executed. */
export interface NotCached {
  type: 'not-cached';
  /** What changed, as the beginning of a sentence. */
  reason: string;
}

/** A disk was full, and something that can be made again was removed. */
export interface RoomMade {
  type: 'room-made';
  /** In which there was no room. */
  folder: string;
  /** `removed 2 outputs of spins (…): 3.1 MB came back` */
  what: string;
}

/** A step that had ended threw while its outputs were written: nothing changes. */
export interface ThrownLate {
  type: 'thrown-late';
  message: string;
}

/** A signal is to end the command, and the step of a spin has some time for that. */
export interface SpinSignalled {
  type: 'spin-signalled';
  signal: string;
  /** Milliseconds. */
  graceMs: number;
}

/** The time is over, and the command ends. */
export interface SpinForced {
  type: 'spin-forced';
  signal: string;
}

/** The run of a flow's snapshot was imported, because no newer run was there. */
export interface SnapshotImported {
  type: 'snapshot-imported';
  /** The file, from the working directory. */
  file: string;
  flow: string;
  run: number;
  /** `movies/12 of ada on build-7, done` */
  origin: string;
}

/** A flow's snapshot could not be imported; the command goes on without it. */
export interface SnapshotRefused {
  type: 'snapshot-refused';
  message: string;
}

/** An export or an import has come so far. Bytes. */
export interface TransferProgressed {
  type: 'transfer-progressed';
  done: number;
  of?: number;
}

export type RunEvent =
  | RunStarted
  | TasksPlanned
  | TasksTaken
  | ForeachEmpty
  | TaskStarted
  | TaskLogged
  | CardUpdated
  | TaskDone
  | TaskFailed
  | TaskRetried
  | TaskCaught
  | RunDone;

export type SpinEvent =
  | SpinStarted
  | SpinsStarted
  | SweepStarted
  | ThroughStarted
  | SpinDone
  | SpinsDone
  | SweepDone
  | ThroughDone
  | SpinsStopped;

export type StepEvent = StepDone | StepStillValid;

/** Events that a person is told in one line. */
export type NoticeEvent =
  | TaskWentOn
  | TaskSilent
  | StepNotReached
  | OtherCaseTaken
  | StepExecutedAgain
  | PackagesInstalling
  | OverrideUnknown
  | NotCached
  | RoomMade
  | ThrownLate
  | SpinSignalled
  | SpinForced
  | SnapshotImported
  | SnapshotRefused;

export type FlowEvent = RunEvent | SpinEvent | StepEvent | NoticeEvent | QueueEvent | TransferProgressed;

/** Takes one event. An emitter never waits and never fails because of it. */
export type Emit = (event: FlowEvent) => void;

/** `movies/12/genre/3`; without a run the place of the task: `movies/genre split 2`. */
export function pathspecText(task: TaskAddress): string {
  return task.run === undefined
    ? `${task.flow}/${taskText(task)}`
    : `${task.flow}/${task.run}/${taskText(task)}`;
}

/** `genre/3`; without a run the place of the task: `genre split 2,0, iteration 1`. */
export function taskText({ run, step, task, index, iteration, from }: TaskAddress): string {
  if (run !== undefined) return task === undefined ? step : `${step}/${task}`;
  const place = [
    ...(index.length > 0 ? [`split ${index.join(',')}`] : []),
    ...(iteration === undefined ? [] : [`iteration ${iteration}`]),
    ...(from === undefined ? [] : [`on run ${from}`]),
  ].join(', ');
  return place === '' ? step : `${step} ${place}`;
}
