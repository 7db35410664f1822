/** Rows that say why others are not there. */

/** What is left of a run that was removed: its tombstone. Its number is never used again. */
export interface RemovedRow {
  /** Milliseconds since 1970. */
  at: number;
  /** Who removed it. */
  by: string;
  /** Some of its records are still there: a command read the run, or other runs need them, or the removal was interrupted. */
  left?: true;
  /** It was no run: an import took the number, and did not end. */
  import?: true;
}

/** What is known of a record that a repair found lost. */
export interface LostRow {
  /** When it was repaired. Milliseconds since 1970. */
  at: number;
  /** sha256 of the bytes that are lost: the record itself is there, and is whole again when they are stored again. */
  hash?: string;
  /** How many records, where only that is known. */
  count?: number;
  /** Of a run: its last row is lost, and one from before its end is there. */
  end?: true;
  /** No repair was made yet: it was found when the database was opened. */
  unrepaired?: true;
}
