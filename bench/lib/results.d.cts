/** Types of `results.cjs`, for its test. */
export interface Here {
  machine: string;
  day: string;
  order: string[];
}
export function otherMachine(file: string, names: readonly string[], here: Here): string | undefined;
export function withLines(file: string, lines: readonly object[], here: Here): string;
