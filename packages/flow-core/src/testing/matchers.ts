/** Matchers for jest and Vitest, without a dependency on either: `expect.extend(flowMatchers)`. */
import { inspect, isDeepStrictEqual } from 'node:util';
import { errorText } from '../engine/explain/error-text';
import { toRecord } from '../engine/task/error-record';
import {
  artifactNames,
  artifactOf,
  capital,
  isObject,
  isRecorded,
  isSpun,
  nameOf,
  type Result,
  recordedArtifacts,
  returned,
} from './results';

interface Verdict {
  pass: boolean;
  message(): string;
  actual?: unknown;
  expected?: unknown;
}
type Reason = string | RegExp | (new (...args: never[]) => Error);
/** The part of a matcher's `this` that is used. */
interface Helpers {
  equals?(a: unknown, b: unknown, testers?: unknown[]): boolean;
  customTesters?: unknown[];
  utils?: {
    diff?(expected: unknown, received: unknown): string | null | undefined;
    iterableEquality?: unknown;
  };
}

/**
 * `toSucceed`, `toFailWith` and `toHaveArtifact`, for the results of a {@link Runner}.
 *
 * @example
 * ```ts
 * import { flowMatchers } from '@nx-flow/core/testing';
 * expect.extend(flowMatchers);
 * const spun = { step: 'sum', status: 'done', error: undefined, artifacts: { sum: 9 }, stdout: '', stderr: '' };
 * expect(spun).toSucceed();
 * expect(spun).toHaveArtifact('sum', 9);
 * expect(spun).not.toFailWith(/./);
 * ```
 */
export const flowMatchers = {
  /** Passes when the spin or the run is done. */
  toSucceed(received: unknown): Verdict {
    const result = requireResult('toSucceed', received, flowMatchers.toSucceed);
    const pass = result.status === 'done';
    return {
      pass,
      message: () =>
        pass
          ? `${capital(result)} succeeded, and should not have.`
          : `${capital(result)} failed:\n\n${story(result)}`,
    };
  },

  /**
   * Passes when it failed with this error: a part of its message, its whole code (`FLOW_TIMEOUT`), an expression
   * for the message, or the error's class. Without an argument, any error passes.
   */
  toFailWith(received: unknown, reason?: Reason): Verdict {
    const result = requireResult('toFailWith', received, flowMatchers.toFailWith);
    const { error } = result;
    const pass =
      result.status !== 'done' && error !== undefined && (reason === undefined || fits(error, reason));
    const wanted = reason === undefined ? 'with an error' : `with ${reasonText(reason)}`;
    return {
      pass,
      message: () =>
        pass
          ? `${capital(result)} failed ${wanted}, and should not have:\n\n${story(result)}`
          : error
            ? `${capital(result)} should have failed ${wanted}, but failed otherwise:\n\n${story(result)}`
            : `${capital(result)} should have failed ${wanted}, but succeeded${returned(result)}.`,
    };
  },

  /**
   * Passes when the step returned an artifact of this name, or the run has it at its end, and it equals the second
   * argument, if given. For a run of the client, await it.
   */
  toHaveArtifact(
    this: Helpers | undefined,
    received: unknown,
    name: string,
    ...value: [unknown?]
  ): Verdict | Promise<Verdict> {
    if (isRecorded(received))
      return recordedArtifacts(received).then((ran) => verdictOn(this, ran, name, value));
    return verdictOn(
      this,
      requireResult('toHaveArtifact', received, flowMatchers.toHaveArtifact),
      name,
      value,
    );
  },
};

function verdictOn(helpers: Helpers | undefined, result: Result, name: string, value: [unknown?]): Verdict {
  const has = artifactNames(result).includes(name);
  const actual = has ? artifactOf(result, name) : undefined;
  const pass = has && (value.length === 0 || areEqual(helpers, actual, value[0]));
  const [expected] = value;
  return {
    pass,
    ...(has && value.length > 0 ? { actual, expected } : {}),
    message: () => {
      if (pass) {
        const what = value.length === 0 ? '' : ` equal to ${show(expected)}`;
        return `${capital(result)} has an artifact "${name}"${what}, and should not have.`;
      }
      if (result.status !== 'done')
        return `${capital(result)} has no artifact "${name}", for it failed:\n\n${story(result)}`;
      if (!has) {
        const not = isSpun(result) ? 'did not return' : 'has no artifact';
        return `${capital(result)} ${not} "${name}"${returned(result)}.`;
      }
      const head = `The artifact "${name}" of ${nameOf(result)} is another.`;
      return `${head}\n\n${difference(helpers, expected, actual)}`;
    },
  };
}

/** As `toEqual`, which gives its own `equals` more to do: without it, any two Maps are equal. */
function areEqual(
  { equals, customTesters = [], utils }: Helpers = {},
  actual: unknown,
  expected: unknown,
): boolean {
  if (!equals) return isDeepStrictEqual(actual, expected);
  return equals(actual, expected, [...customTesters, utils?.iterableEquality].filter(Boolean));
}

/** Vitest shows the difference itself, from `actual` and `expected`. */
function difference(helpers: Helpers | undefined, expected: unknown, actual: unknown): string {
  const both = `Expected: ${show(expected)}\nReceived: ${show(actual)}`;
  const shown =
    isObject(expected) && isObject(actual) && !('__vitest_worker__' in globalThis)
      ? helpers?.utils?.diff?.(expected, actual)
      : undefined;
  return shown ? `${both}\n\n${shown}` : both;
}

function requireResult(matcher: string, received: unknown, below: (...args: never[]) => unknown): Result {
  const like =
    typeof received === 'object' && received !== null && 'status' in received && 'error' in received;
  if (like && ('step' in received || 'pathspec' in received)) return received as Result;
  const hint = received instanceof Promise ? ': it is a promise, await it' : '';
  const message = `${matcher}() takes what runner.spin() or runner.run() gave, not ${show(received)}${hint}.`;
  const error = new TypeError(message);
  Error.captureStackTrace(error, below);
  throw error;
}

/** The error as the command shows it, with its source line and causes, and the step's output. */
function story(result: Result): string {
  const lines = [
    result.error
      ? errorText(toRecord(result.error), PLAIN, process.cwd()).trimEnd()
      : `Its status is ${result.status}.`,
  ];
  if (isSpun(result)) {
    for (const stream of ['stdout', 'stderr'] as const) {
      if (result[stream]) lines.push(`${stream}:\n${result[stream].trimEnd()}`);
    }
  }
  return lines.join('\n\n');
}

const same = (text: string) => text;
const PLAIN = { verbose: false, columns: 100, colors: { red: same, bold: same, dim: same } };

function fits(error: Error, reason: Reason): boolean {
  if (typeof reason === 'string') {
    return error.message.includes(reason) || (error as { code?: unknown }).code === reason;
  }
  if (typeof reason === 'function') return isOf(error, reason.name) || error instanceof reason;
  return new RegExp(reason.source, reason.flags.replace(/[gy]/g, '')).test(error.message);
}

/** Compares by name: a test's realm has other class objects, and an error from another process has only a name. */
function isOf(error: Error, className: string): boolean {
  if (error.name === className) return true;
  for (let at = Object.getPrototypeOf(error); at !== null; at = Object.getPrototypeOf(at)) {
    if (at.constructor?.name === className) return true;
  }
  return false;
}

function reasonText(reason: Reason): string {
  if (typeof reason === 'function') return reason.name;
  return typeof reason === 'string' ? JSON.stringify(reason) : String(reason);
}

function show(value: unknown): string {
  return inspect(value, { depth: 8, maxArrayLength: 20, maxStringLength: 400 });
}

/**
 * What `expect` has after `expect.extend(flowMatchers)`. The types of jest's global `expect` know it once this
 * module is imported; Vitest's by `@nx-flow/core/testing/vitest`.
 */
export interface FlowMatchers<R = void> {
  toSucceed(): R;
  toFailWith(reason?: Reason): R;
  toHaveArtifact(name: string, value?: unknown): R;
}

declare global {
  namespace jest {
    // biome-ignore lint/complexity/noBannedTypes: declarations that merge have the same parameters
    interface Matchers<R, T = {}> extends FlowMatchers<R> {}
  }
}
