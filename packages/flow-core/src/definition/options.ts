/**
 * The options of steps in one table: help, the steps that take it, its check, and whether a cache key has it. Their TypeScript
 * types are `Options` of `types.ts`.
 */
import { parseDuration } from './duration';
import { suggest } from './errors';
import { VARIABLE } from './flow-inputs';
import { canCatch, type StepKind, type StepNode } from './graph';
import type { Rate, Retry } from './types';

export interface StepOption {
  /** One line for people. */
  help: string;
  /**
   * False when it changes no result. Then fingerprints leave out a literal value, and editing it executes nothing
   * again. A computed value stays in.
   */
  inKey: boolean;
  /** The one kind of step that takes it; absent when every step does. */
  kind?: StepKind;
  /** How `--with` sets it for all steps. Absent when `--with` cannot set it. */
  with?: string;
  /** What is wrong with the value that a step declares, one sentence each. */
  problems?(node: StepNode): string[];
}

export const STEP_OPTIONS = {
  env: {
    help: 'Environment variables for this step alone',
    inKey: true,
    with: 'env:KEY=VALUE,OTHER=VALUE',
  },
  drop: { help: 'Artifacts that this step does not pass on', inKey: true },
  secrets: {
    help: 'Variables that must be there, and that are neither shown nor stored',
    inKey: false,
    with: 'secrets=KEY,OTHER',
    problems: ({ name, options: { secrets } }) =>
      secrets === undefined || isVariables(secrets)
        ? []
        : [`\`secrets\` of "${name}" is a list of names of variables, such as ['OPENAI_API_KEY'].`],
  },
  packages: { help: 'npm packages for this step alone', inKey: true },
  isolate: { help: 'A fresh worker process for each task', inKey: true, with: 'isolate' },
  resources: {
    help: 'What the step needs, as numbers, for schedulers to read',
    inKey: false,
    problems: ({ name, options: { resources } }) =>
      resources === undefined || isNumbers(resources)
        ? []
        : [`\`resources\` of "${name}" is an object of numbers, such as { gpu: 1 }.`],
  },
  queue: {
    help: 'The queue whose workers execute the step, where the run has one; local means here',
    inKey: false,
    problems: ({ name, options: { queue } }) =>
      queue === undefined || (typeof queue === 'string' && QUEUE.test(queue))
        ? []
        : [
            `\`queue\` of "${name}" is the name of a queue in small letters, digits and "-", such as 'gpu', or 'local'.`,
          ],
  },
  retry: {
    help: 'How often to try again, how long to wait before, by what to multiply each further wait, after which errors',
    inKey: true,
    with: 'retry=3 or retry:times=3,wait=10s,backoff=2,jitter=0.5',
    problems: ({ name, options: { retry } }) => {
      if (retry === undefined) return [];
      const given: Partial<Retry> = typeof retry === 'object' && retry !== null ? retry : { times: retry };
      const { times, wait, backoff, jitter, if: only } = given;
      const [unknown] = Object.keys(given).filter((key) => !RETRY.includes(key));
      return [
        ...(Number.isInteger(times) && (times as number) >= 0
          ? []
          : [`\`retry\` of "${name}" is a whole number of times, 0 or more.`]),
        ...durationProblems('retry.wait', name, wait),
        ...(isUndefinedOr(backoff, (factor) => factor > 0 && Number.isFinite(factor))
          ? []
          : [`\`retry.backoff\` of "${name}" is a number above 0, such as 2.`]),
        ...(isUndefinedOr(jitter, (part) => part >= 0 && part <= 1)
          ? []
          : [`\`retry.jitter\` of "${name}" is a number from 0 to 1, such as 0.5.`]),
        ...(only === undefined || typeof only === 'function'
          ? []
          : [`\`retry.if\` of "${name}" is a function of the error that gives true or false.`]),
        ...(unknown === undefined
          ? []
          : [`\`retry\` of "${name}" has no "${unknown}". ${suggest(unknown, RETRY)}`]),
      ];
    },
  },
  concurrency: {
    help: 'How many tasks one worker executes together, where they mostly wait',
    inKey: false,
    with: 'concurrency=50',
    problems: ({ name, options: { concurrency, isolate } }) =>
      concurrency === undefined
        ? []
        : !Number.isInteger(concurrency) || concurrency < 1
          ? [`\`concurrency\` of "${name}" is a whole number, 1 or more.`]
          : concurrency > 1 && isolate === true
            ? [
                `"${name}" has \`isolate\`, a process for each task, and \`concurrency\`, several tasks in one: leave one of them out.`,
              ]
            : [],
  },
  rate: {
    help: 'How many tasks may begin in a time, further attempts included',
    inKey: false,
    with: 'rate:limit=10,per=1s',
    problems: ({ name, options: { rate } }) =>
      rate === undefined || isRate(rate)
        ? []
        : [`\`rate\` of "${name}" is a whole number of tasks in a time, such as { limit: 10, per: '1s' }.`],
  },
  timeout: {
    help: 'How long one attempt may take',
    inKey: true,
    with: 'timeout=5m',
    problems: ({ name, options: { timeout } }) =>
      parseDuration(timeout) === 0
        ? [`\`timeout\` of "${name}" is no time at all: give a duration such as '90s', or leave it out.`]
        : durationProblems('timeout', name, timeout),
  },
  catch: {
    help: 'Go on after a failure, with the error as the artifact of this name',
    inKey: true,
    with: 'catch=error',
    problems: (node) =>
      node.options.catch === undefined || canCatch(node)
        ? []
        : [
            `"${node.name}" cannot \`catch\`: nothing could follow a failed ${node.kind}. Catch in a step before or after it.`,
          ],
  },
  cache: {
    help: '`false`: `run --reuse` executes each of its tasks; else it may take equal ones over from earlier runs',
    inKey: false,
    problems: ({ name, options: { cache } }) =>
      cache === undefined || typeof cache === 'boolean' ? [] : [`\`cache\` of "${name}" is true or false.`],
  },
  card: {
    help: 'The default card for each task',
    inKey: true,
    with: 'card',
    problems: ({ name, options: { card } }) =>
      card === undefined || typeof card === 'boolean' ? [] : [`\`card\` of "${name}" is true or false.`],
  },
  over: { help: 'The artifact that is split', inKey: true, kind: 'foreach' },
  empty: {
    help: "What becomes of it where the list is empty: 'fail', or else its join runs with no inputs",
    inKey: true,
    kind: 'foreach',
    problems: ({ name, empty }) =>
      empty === undefined || empty === 'fail'
        ? []
        : [`\`empty\` of "${name}" is 'fail', or left out: then the join runs with no inputs.`],
  },
  share: {
    help: 'Artifacts that are decoded once for each worker: all splits see the same frozen value',
    inKey: true,
    kind: 'foreach',
    problems: ({ name, share }) =>
      share === undefined || (Array.isArray(share) && share.every((one) => typeof one === 'string'))
        ? []
        : [`\`share\` of "${name}" is a list of names of artifacts, such as ['films'].`],
  },
  on: { help: 'The artifact that decides', inKey: true, kind: 'switch' },
  cases: { help: 'What the artifact may hold', inKey: true, kind: 'switch' },
  while: { help: 'The artifact that says whether to go on', inKey: true, kind: 'loop' },
  max: { help: 'The most iterations', inKey: true, kind: 'loop' },
} as const satisfies Record<string, StepOption>;

export type StepOptionName = keyof typeof STEP_OPTIONS;

/** The table's rows with one common type: each constant row above has its own. */
export const stepOptions = Object.entries(STEP_OPTIONS) as [StepOptionName, StepOption][];

/** Whether fingerprints leave the option out when its value is literal. */
export function changesNoResult(name: string): boolean {
  return stepOptions.some(([option, { inKey }]) => option === name && !inKey);
}

/** The name of a queue; see `wire/names.ts` of `@nx-flow/queue`. */
const QUEUE = /^[a-z0-9][a-z0-9-]{0,39}$/;

const RETRY = ['times', 'wait', 'backoff', 'jitter', 'if'];

function isUndefinedOr(value: number | undefined, holds: (value: number) => boolean): boolean {
  return value === undefined || (typeof value === 'number' && holds(value));
}

function isVariables(value: unknown): boolean {
  return Array.isArray(value) && value.every((name) => typeof name === 'string' && VARIABLE.test(name));
}

/** Whether it is a limit of 1 or more, and a duration above 0; nothing else. */
function isRate(value: unknown): boolean {
  const { limit, per, ...others } = Object(value) as Partial<Rate>;
  return (
    Number.isInteger(limit) &&
    (limit as number) >= 1 &&
    typeof per === 'string' &&
    (parseDuration(per) ?? 0) > 0 &&
    Object.keys(others).length === 0
  );
}

function isNumbers(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((amount) => typeof amount === 'number' && amount >= 0)
  );
}

function durationProblems(what: string, step: string, value: string | undefined): string[] {
  return value === undefined || parseDuration(value) !== undefined
    ? []
    : [`\`${what}\` of "${step}" is a duration such as '90s', '5m' or '2h', not "${value}".`];
}
