/** Whether a failed task is tried again, and when: by its step's `retry`, and by what the error says. */

import { parseDuration } from '../../definition/duration';
import { FlowError } from '../../definition/errors';
import { isFatal } from '../../definition/fatal';
import type { StepNode } from '../../definition/graph';
import { thousands } from '../../definition/thousands';
import { messageOf, readProperty } from '../../definition/thrown';
import { timeoutOf } from './policies';
import type { Advice } from './task';

type StepOptions = StepNode['options'];

/** It is asked for in the process in which the error was thrown. */
export interface RetryAdvice extends Advice {
  /** Takes the place of the error: why there is no further attempt. */
  error?: FlowError;
}

/** The longest that a service may ask a run to wait. Milliseconds. */
const LONGEST_WAIT_MS = 600_000;

/** How often a failed task is tried again. */
export function retryTimes({ retry }: StepOptions): number {
  return typeof retry === 'object' ? retry.times : (retry ?? 0);
}

/**
 * Milliseconds before the attempt after this one; each wait is `backoff` times the one before, longer or shorter by chance with
 * `jitter`, and never shorter than the service asks for.
 */
export function retryWait(
  { retry }: StepOptions,
  attempt: number,
  afterMs = 0,
  random = Math.random,
): number {
  if (typeof retry !== 'object') return afterMs;
  const wait = (parseDuration(retry.wait ?? '0s') ?? 0) * (retry.backoff ?? 1) ** attempt;
  const jitter = retry.jitter ?? 0;
  return Math.max(wait * (1 - jitter + 2 * jitter * random()), afterMs);
}

/** Whether there is an attempt after this one, if the error allows it. */
export function mayRetry({ options }: StepNode, attempt: number): boolean {
  return attempt < retryTimes(options);
}

/** Asks the step and the error. It never throws. */
export function retryAdvice({ name: step, options }: StepNode, thrown: unknown): RetryAdvice {
  if (isFatal(thrown)) return { no: true };
  const asked = askStep(step, options, thrown);
  if (asked) return asked;
  const afterMs = retryAfterOf(thrown);
  if (afterMs === undefined) return {};
  const longest = Math.min(timeoutOf(options) ?? LONGEST_WAIT_MS, LONGEST_WAIT_MS);
  if (afterMs <= longest) return { afterMs };
  const error = new FlowError(
    'FLOW_RETRY_AFTER',
    `The service asks to wait ${seconds(afterMs)} before the next attempt, and a run waits ${seconds(longest)} at most${longest < LONGEST_WAIT_MS ? `, the timeout of "${step}"` : ''}: resume it later. ${messageOf(thrown)}`,
    { exit: 1, cause: thrown },
  );
  return { no: true, error };
}

function askStep(step: string, { retry }: StepOptions, thrown: unknown): RetryAdvice | undefined {
  if (typeof retry !== 'object' || retry.if === undefined) return undefined;
  const wrong = (what: string, cause: unknown) => ({
    no: true as const,
    error: new FlowError(
      'FLOW_RETRY',
      `\`retry.if\` of "${step}" ${what} It was asked about: ${messageOf(thrown)}`,
      {
        exit: 1,
        cause,
      },
    ),
  });
  let again: unknown;
  try {
    again = retry.if(thrown as Error);
  } catch (cause) {
    return wrong(`threw: ${messageOf(cause)}.`, cause);
  }
  if (again === true) return undefined;
  return again === false ? { no: true } : wrong('gave neither true nor false.', thrown);
}

const seconds = (ms: number) => `${thousands(Math.ceil(ms / 1000))} s`;

/** How deep the cause may lie that says when to come again: errors are wrapped on their way. */
const DEEPEST_CAUSE = 8;

/** Milliseconds that an error or a cause of it says to wait: its `retryAfter`, or the header of the response that it is or has. */
export function retryAfterOf(thrown: unknown, now = Date.now()): number | undefined {
  let error = thrown;
  for (let depth = 0; depth <= DEEPEST_CAUSE && error !== undefined; depth++) {
    const said = [
      readProperty(error, 'retryAfter'),
      ...[error, readProperty(error, 'response')].map((one) => headerOf(readProperty(one, 'headers'))),
    ];
    const wait = said.map((value) => waitOf(value, now)).find((ms) => ms !== undefined);
    if (wait !== undefined) return wait;
    error = readProperty(error, 'cause');
  }
  return undefined;
}

function headerOf(headers: unknown): unknown {
  if (typeof headers !== 'object' || headers === null) return undefined;
  try {
    if (headers instanceof Headers) return headers.get('retry-after');
    const name = Object.keys(headers).find((key) => key.toLowerCase() === 'retry-after');
    return name === undefined ? undefined : (headers as Record<string, unknown>)[name];
  } catch {
    return undefined;
  }
}

/** Seconds, or a date, as the header has them. */
function waitOf(value: unknown, now: number): number | undefined {
  const ms =
    value instanceof Date
      ? value.getTime() - now
      : typeof value === 'number' || (typeof value === 'string' && /^\s*\d+(\.\d+)?\s*$/.test(value))
        ? Number(value) * 1000
        : typeof value === 'string'
          ? Date.parse(value) - now
          : Number.NaN;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}
