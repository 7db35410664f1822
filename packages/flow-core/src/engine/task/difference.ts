/** What differs between two values, as plain data: where, what was there, and what is there now. */

/** One place in which two values differ. `path` is as in JavaScript: `rows[3].score`; empty for the value itself. */
export type Difference =
  | { kind: 'changed'; path: string; before: string; after: string; delta?: number }
  | { kind: 'added'; path: string; after: string }
  | { kind: 'removed'; path: string; before: string }
  /** The same properties or members, in another order. */
  | { kind: 'order'; path: string }
  | ListDifference
  | TextDifference;

/** What became of a list, before what became of its single rows. */
export interface ListDifference {
  kind: 'list';
  path: string;
  /** The field by which rows were matched, such as `id`. Absent where they were by their content and place. */
  key?: string;
  /** How many rows there are. */
  before: number;
  after: number;
  changed: number;
  added: number;
  removed: number;
  /** Rows in another order than before. */
  moved: number;
  /** Where rows are objects: in how many rows each field differs, most first. */
  fields: FieldDifference[];
  /** Where items are numbers: how they differ. */
  numbers?: NumberDifference;
}

export interface FieldDifference {
  name: string;
  /** Rows in which it is another. */
  rows: number;
  /** Where it was a number and is one. */
  numbers?: NumberDifference;
}

/** How numbers differ, after less before. */
export interface NumberDifference {
  mean: number;
  /** The one that differs most, with its sign. */
  largest: number;
}

/** What became of a text of several lines. */
export interface TextDifference {
  kind: 'text';
  path: string;
  /** Lines. */
  added: number;
  removed: number;
  /** The first of them. The number of a line counts from 1: of an added one in the text after, of a removed one before. */
  lines: { line: number; sign: '+' | '-'; text: string }[];
}

export interface ValueDifference {
  /** How many values changed, were added and removed, wherever they lie. */
  changed: number;
  added: number;
  removed: number;
  /** The first of them. */
  differences: Difference[];
  /** False where the values were too large to be compared to their end: there may be more. */
  complete: boolean;
}

/** Of two artifacts: what differs, or why they were not compared, as a sentence. */
export type ArtifactDifference = ValueDifference | { notCompared: string };
