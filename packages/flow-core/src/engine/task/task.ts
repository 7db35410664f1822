/** A task as the engine hands it to whoever executes it, and what comes back. Both travel between processes. */

import type { TaskCard, TaskPart } from '../../definition/step-cards';
import type { ArtifactRecord, ArtifactSummary, ErrorRecord, TaskReads } from '../../store/rows/rows';
import type { FileForm } from '../../store/values/codecs/built-in-codec';
import type { Visible } from './view';

/** What all tasks of a run, or one spin, have in common. */
export interface RunContext {
  flow: string;
  /** A number, or `spin`. */
  run: string;
  user: string;
  namespace: string;
  tags: string[];
  origin?: string;
  params: [string, ArtifactRecord][];
  /** Where tasks run: relative paths in a step count from the workspace. */
  cwd: string;
}

export interface Frame {
  step: string;
  index: number;
  count: number;
  over: string;
  /** The view that shows the list. */
  shownBy: string;
}

/** A task by its step and its number. */
export interface TaskName {
  step: string;
  task: string;
}

export interface TaskSpec extends TaskName {
  attempt: number;
  /** Labels of views, in input order. */
  parents: string[];
  /** Of a join whose foreach had nothing to split: the view of what stood before the foreach. */
  base?: string;
  branches?: string[];
  /** Outermost first. */
  stack: Frame[];
  iteration?: number;
  /** What `current.task` says, where that is not its number: of a spin. */
  shown?: string;
  /** The folder that its artifacts are written to as files: of a spin. */
  outputs?: string;
  /** Its own parameters, where those of its run are not the same for all. */
  params?: RunContext['params'];
}

export interface TaskResult {
  /** What the step returned, in its order: stored here, or passed on by reference. */
  stored: [string, ArtifactRecord][];
  references: [string, Visible][];
  /** For the foreaches that come next: how long their lists are. */
  counts: Record<string, number>;
  /** The digests of their items, packed. */
  items?: Record<string, string>;
  reads: TaskReads;
  case?: string;
  continues?: boolean;
  /** Of a spin: its artifacts as files, and a line that shows each. */
  files?: OutputFile[];
  previews?: Record<string, string>;
  /** Of a spin: what it read that is not there. */
  missing?: MissingRead[];
}

/** What an error says of a further attempt. */
export interface Advice {
  /** None helps. */
  no?: true;
  /** Milliseconds that the service asks to wait before it. */
  afterMs?: number;
}

export interface TaskFailure {
  error: ErrorRecord;
  /** The thing itself, where it was thrown in this process. */
  thrown?: unknown;
  /** What it read that is not there. */
  missing?: MissingRead[];
  /** Whether it is to be tried again, where its step would. */
  advice?: Advice;
}

export type TaskOutcome = {
  startedAt: number;
  durationMs: number;
  /** What its step showed, at its end. Absent where it showed nothing. */
  cards?: TaskCard[];
  /** Its parts of cards that all tasks of its step have together. */
  parts?: TaskPart[];
  /**
   * What it changed in its process and code that was loaded there may rely on, such as `globalThis.fetch`. It was put
   * back; other tasks are better off elsewhere.
   */
  changed?: string[];
} & (
  | { status: 'done'; result: TaskResult }
  /** `stray`: its body may still be at work; whoever executed it is not to be used again. */
  | { status: 'failed'; failure: TaskFailure; stray?: boolean }
);

export type TaskLog = (stream: 'stdout' | 'stderr', text: string) => void;

/** A read that found nothing: the artifact's name, and the view (by its label) that was asked. */
export interface MissingRead {
  name: string;
  label: string;
}

export interface OutputFile extends ArtifactSummary {
  /** Relative to the folder. */
  file: string;
  /** How to read it; `file`: it is the file that the step returned. */
  format: FileForm['format'] | 'file';
  /** What the codec of the flow says of it. */
  mediaType?: string;
}
