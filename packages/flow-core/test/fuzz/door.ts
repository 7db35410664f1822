/** A door: where bytes and text come in that others made. */
import type fc from 'fast-check';

/**
 * - `passed`: what was given was taken in, and is right
 * - `refused`: it was refused with a code
 */
export type Verdict = 'passed' | 'refused';

/** Inputs are plain data: as JSON they are the replay of a failure. */
export interface Door<Input = unknown> {
  inputs: fc.Arbitrary<Input>;
  /** @throws for what must not be: an error without a code, a value that is another */
  check(input: Input): Promise<Verdict>;
  close?(): Promise<void> | void;
}

/** Opens a door. All that it writes is below the folder. */
export type Open = (folder: string) => Promise<Door>;

/** The end of work that was refused with a code of ours. Any other error is thrown on. */
export async function coded(work: () => unknown): Promise<Verdict> {
  try {
    await work();
    return 'passed';
  } catch (error) {
    const { code, name } = error as { code?: unknown; name?: unknown };
    if (name === 'FlowError' && typeof code === 'string' && /^FLOW_[A-Z_]+$/.test(code)) return 'refused';
    throw error;
  }
}

/** @throws when it does not hold */
export function must(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what);
}
