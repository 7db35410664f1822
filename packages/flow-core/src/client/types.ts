/** Any run, step or task, when nothing is known of its artifacts. */
export type Untyped = Record<string, unknown>;
