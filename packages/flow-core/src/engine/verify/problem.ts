/** What is wrong with a store: one sentence for each, with the pathspec that it is about. */

export interface StoreProblem {
  /** `movies/12/train/3/model`, or a key of the database that nothing else names. */
  where: string;
  /** A sentence: what is wrong, and what would help. */
  message: string;
}

/** A record of a run is counted under this name: `movies/12`. */
export type RunName = string;

/** What was looked at. Sizes are bytes. */
export interface Looked {
  runs: number;
  records: number;
  files: number;
  bytes: number;
  /** What an earlier repair found lost. That is no problem any more. */
  lost: StoreProblem[];
  /** Files that no record refers to. They take space, and harm nothing. */
  unused: { files: number; bytes: number };
}

export type Report = (problem: StoreProblem) => void;
