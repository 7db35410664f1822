/** FlowError: every failure that nx-flow itself reports, with a stable code. */
import { distance } from 'fastest-levenshtein';

/** One thing that is wrong, with the place to go to. `where` is `file:line:column` when it is known. */
export interface Problem {
  code: string;
  message: string;
  where?: string;
}

export interface FlowErrorOptions {
  cause?: unknown;
  /** Exit code of the command that meets the error: 2 is bad usage (the default), 1 a step, or the store, that failed. */
  exit?: 1 | 2;
  /** All problems, when there are several. */
  problems?: Problem[];
}

/** No other command line would help: the store fails, wherever that shows. Their exit code is 1. */
const FAILURES = [
  ...['CLOSED', 'CORRUPT', 'FAILED', 'FULL', 'MOVED', 'UNAVAILABLE'].map((name) => `FLOW_STORE_${name}`),
  'FLOW_RUN_TAKEN',
];

/**
 * An error of nx-flow. `code` is stable (`FLOW_STEP_NOT_FOUND`); messages may improve.
 * Recognise it by {@link isFlowError}: two copies of this package may meet in one process.
 */
export class FlowError extends Error {
  override readonly name = 'FlowError';
  readonly code: string;
  readonly exit: 1 | 2;
  readonly problems: Problem[];

  constructor(code: string, message: string, options: FlowErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.exit = options.exit ?? (FAILURES.includes(code) ? 1 : 2);
    this.problems = options.problems ?? [{ code, message }];
  }
}

export function isFlowError(error: unknown): error is FlowError {
  try {
    return error instanceof Error && error.name === 'FlowError' && 'code' in error && 'problems' in error;
  } catch {
    // What was thrown may be a Proxy that refuses every question.
    return false;
  }
}

/** Makes one error of several problems, with a line each. A single problem follows the heading on its line. */
export function problemsError(
  code: string,
  head: string,
  problems: Problem[],
  options: FlowErrorOptions = {},
) {
  const lines = problems.map((p) => (p.where ? `${p.where}  ${p.message}` : p.message));
  const message =
    lines.length === 1 ? `${head}: ${lines[0]}` : `${head}:\n${lines.map((l) => `  ${l}`).join('\n')}`;
  return new FlowError(code, message, { ...options, problems });
}

/** The candidate that a person most likely meant, if one is close enough. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const d = distance(word.toLowerCase(), candidate.toLowerCase());
    // Words that share no letter at the same position are not near, however short they are.
    if (d < least && d < Math.max(word.length, candidate.length)) [best, least] = [candidate, d];
  }
  return best !== undefined && least <= Math.max(2, Math.ceil(best.length / 3)) ? best : undefined;
}

/** Names that a sentence lists. */
const NAMED = 30;

/** The end of a sentence about an unknown name: `Did you mean "train"?` or `There is: a, b.` */
export function suggest(word: string, candidates: Iterable<string>, none = 'There is none.'): string {
  const all = [...candidates];
  const near = nearest(word, all);
  if (near !== undefined) return `Did you mean "${near}"?`;
  if (all.length === 0) return none;
  const shown = all.slice(0, NAMED).join(', ');
  return `There ${all.length === 1 ? 'is' : 'are'}: ${shown}${all.length > NAMED ? ', …' : ''}.`;
}

/** Closes a switch over a union: a new member is a compile error here. */
export function unreachable(value: never): never {
  throw new Error(`Unreachable: ${JSON.stringify(value)}`);
}
