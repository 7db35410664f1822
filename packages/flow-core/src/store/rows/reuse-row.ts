/** What `run --reuse` records: which tasks of which run are equal, and why a task was none of them. */

/** What keeps a task from being an earlier one over again. */
export interface Unlike {
  /** The task that is nearest, as `run/step/task`; or the run, where its code or its surroundings differ. Absent where there is none. */
  to?: string;
  /** What differs: `code`, `the parameter minVotes`, `movies`. */
  what: string[];
}

/** Says that a run has finished tasks of a step under a key: see `engine/reuse/step-keys.ts`. */
export interface ReuseRow {
  /** What the key is made of, by a name for people. */
  of: Record<string, string>;
  /** Until when nothing of that has changed: tasks that ended by then count. Milliseconds since 1970. */
  until: number;
  /** Tasks that the run took over count, too, since it had compared them. */
  reused?: true;
}
