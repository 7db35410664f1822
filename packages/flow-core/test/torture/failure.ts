/** What must not be, by kind. */
import { Hang } from './within';

export const KINDS = ['lost', 'unnoticed', 'stuck', 'hang', 'left', 'broken'] as const;

/**
 * - `lost`: something that was acknowledged is gone, or is not what it was
 * - `unnoticed`: damage gave another value, or nothing, without a word
 * - `stuck`: a run that is dead does not count as killed, or cannot be resumed
 * - `hang`: a command did not end
 * - `left`: processes or temporary files after the next command
 * - `broken`: a command failed that had to work, or without a code
 */
export type FailureKind = (typeof KINDS)[number];

export class Failure extends Error {
  readonly kind: FailureKind;

  constructor(kind: FailureKind, message: string) {
    super(`${kind}: ${message}`);
    this.kind = kind;
  }
}

/** Whatever is thrown meanwhile is of this kind, unless it hangs. */
export async function as<T>(kind: FailureKind, what: string, work: () => Promise<T> | T): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(error instanceof Hang ? 'hang' : kind, `${what}: ${(error as Error).message}`);
  }
}
