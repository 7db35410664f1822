/** What a task can see: names, each with where its artifact lies. */
import type { ArtifactRecord } from '../../store/rows/rows';

/** An artifact as it is visible somewhere: `at` is the task that stored it. */
export interface Visible extends ArtifactRecord {
  /** `step/task` of the same run, or `run/step/task` of another. */
  at: string;
}

/** What one task left behind, as the tasks after it see it. */
export interface View {
  /** That task, as the rows of its run name it; of what was given by hand, where it stands: `self`, `inputs.left`. */
  label: string;
  /** How messages name it, where that is not a task of the run at hand. */
  pathspec?: string;
  entries: Map<string, Visible>;
}

export type Decode = (record: ArtifactRecord) => unknown;

/** Reads a large value of one input. */
export type ReadLarge = (name: string, visible: Visible) => unknown;

/** Told when a step reads an artifact that is not there; gives the value to use, or throws. */
export type Missing = (name: string, view: View) => unknown;

/** What one input says of a look at it. */
export interface InputReads {
  /** Its value, whether it is there, or a name that is not. */
  name(name: string): void;
  /** Its names and their order: by a spread, `Object.keys`, `merge()`. It counts as all of its values, too. */
  all(): void;
}
