/** `--with`: step options for every step that does not declare them itself. */
import { parseDuration } from './duration';
import { FlowError, suggest } from './errors';
import { VARIABLE } from './flow-inputs';
import { canCatch, type Graph, type StepNode, secretsIn } from './graph';
import { changesNoResult, STEP_OPTIONS } from './options';
import { secretInputs } from './rules';

export type OptionsForAll = Pick<
  StepNode['options'],
  'retry' | 'timeout' | 'concurrency' | 'rate' | 'catch' | 'isolate' | 'card' | 'env' | 'secrets'
>;
type Name = keyof OptionsForAll;
interface Given {
  /** As it was written. */
  text: string;
  /** After `=`. */
  value: string | undefined;
  /** After `:`. */
  fields: Record<string, string> | undefined;
}

/**
 * Those of what a run recorded that may change a result: two runs with the same ones are the same run. The order counts, since
 * variables may follow each other.
 *
 * @example
 * ```ts
 * resultOptions(['concurrency=50', 'timeout=5m']); // ['timeout=5m']
 * ```
 */
export function resultOptions(recorded: readonly string[]): string[] {
  return recorded.filter((text) => !changesNoResult(/^\s*(\w*)/.exec(text)?.[1] ?? ''));
}

/** The form of each option, for people. */
const FORMS: Record<Name, string> = {
  retry: STEP_OPTIONS.retry.with,
  timeout: STEP_OPTIONS.timeout.with,
  concurrency: STEP_OPTIONS.concurrency.with,
  rate: STEP_OPTIONS.rate.with,
  catch: STEP_OPTIONS.catch.with,
  isolate: STEP_OPTIONS.isolate.with,
  card: STEP_OPTIONS.card.with,
  env: STEP_OPTIONS.env.with,
  secrets: STEP_OPTIONS.secrets.with,
};

const READERS: { [N in Name]: (given: Given) => OptionsForAll[N] } = {
  retry: ({ text, value, fields }) => {
    const times = wholeNumber(value ?? fields?.times);
    const { times: _, wait, backoff, jitter, ...unknown } = fields ?? {};
    const [other] = Object.keys(unknown);
    if (other !== undefined) {
      throw refused(
        text,
        `retry has no "${other}". ${suggest(other, ['times', 'wait', 'backoff', 'jitter'])}`,
      );
    }
    const factor = backoff === undefined ? undefined : Number(backoff);
    const part = jitter === undefined ? undefined : Number(jitter);
    const wrong =
      times === undefined ||
      (wait !== undefined && parseDuration(wait) === undefined) ||
      (factor !== undefined && !(factor > 0 && Number.isFinite(factor))) ||
      (part !== undefined && !(part >= 0 && part <= 1));
    if (wrong) throw malformed('retry', text);
    if (!fields) return times;
    return {
      times,
      ...(wait === undefined ? {} : { wait }),
      ...(factor === undefined ? {} : { backoff: factor }),
      ...(part === undefined ? {} : { jitter: part }),
    };
  },
  timeout: ({ text, value }) => {
    if (value === undefined || parseDuration(value) === undefined) throw malformed('timeout', text);
    return value;
  },
  concurrency: ({ text, value }) => {
    const most = wholeNumber(value);
    if (!most) throw malformed('concurrency', text);
    return most;
  },
  rate: ({ text, fields }) => {
    const limit = wholeNumber(fields?.limit);
    const { limit: _, per, ...unknown } = fields ?? {};
    if (!limit || per === undefined || !parseDuration(per) || Object.keys(unknown).length > 0)
      throw malformed('rate', text);
    return { limit, per };
  },
  catch: ({ text, value }) => {
    if (value === undefined || !/^[A-Za-z_$][\w$]*$/.test(value)) throw malformed('catch', text);
    return value;
  },
  isolate: ({ text, value, fields }) => {
    if (fields || (value !== undefined && value !== 'true')) throw malformed('isolate', text);
    return true;
  },
  card: ({ text, value, fields }) => {
    if (fields || (value !== undefined && value !== 'true')) throw malformed('card', text);
    return true;
  },
  env: ({ text, fields }) => {
    if (!fields) throw malformed('env', text);
    return fields;
  },
  secrets: ({ text, value }) => {
    const names = value?.split(',');
    if (!names?.every((name) => VARIABLE.test(name))) throw malformed('secrets', text);
    return names;
  },
};

/**
 * What a run records of what was given: not the values of variables, which may be secrets.
 *
 * @example
 * ```ts
 * recordedWith(['retry=3', 'env:API_KEY=sk-123']); // ['retry=3', 'env:API_KEY=…']
 * ```
 */
export function recordedWith(texts: readonly string[]): string[] {
  return texts.map((text) => {
    const fields = /^\s*env:(.*)$/s.exec(text)?.[1];
    if (fields === undefined) return text;
    return `env:${fields
      .split(',')
      .map((field) => field.replace(/=.*$/s, '=…'))
      .join()}`;
  });
}

/**
 * Reads what was given: `option`, `option=value` or `option:key=value,key=value`.
 *
 * @example
 * ```ts
 * optionsForAll(['retry:times=3,wait=10s', 'timeout=5m']);
 * // { retry: { times: 3, wait: '10s' }, timeout: '5m' }
 * ```
 * @throws FlowError FLOW_WITH
 */
export function optionsForAll(texts: readonly string[]): OptionsForAll {
  const options: OptionsForAll = {};
  for (const text of texts) {
    const given = /^(\w+)(?:([=:])(.*))?$/s.exec(text.trim());
    const name = (given?.[1] ?? text) as Name;
    if (!given || !Object.hasOwn(FORMS, name)) {
      const near = suggest(name, Object.keys(FORMS));
      throw refused(text, `no such option can be given to all steps. ${near} Write ${forms()}.`);
    }
    // Environment variables may come one by one. Any other option that is given twice is a mistake.
    if (name !== 'env' && options[name] !== undefined)
      throw refused(text, `${name} is given twice: give it once.`);
    const [, , sign, rest] = given;
    const read = READERS[name]({
      text,
      value: sign === '=' ? rest : undefined,
      fields: sign === ':' ? fieldsOf(name, text, rest ?? '') : undefined,
    });
    const value = name === 'env' ? { ...options.env, ...(read as Record<string, string>) } : read;
    Object.assign(options, { [name]: value });
  }
  return options;
}

/**
 * The flow with these options on every step that has none of its own, and can have them.
 * @throws FlowError FLOW_SECRET_INPUT
 */
export function withOptions(graph: Graph, options: OptionsForAll): Graph {
  const steps = [...graph.steps].map(([name, node]): [string, StepNode] => {
    const { catch: caught, ...others } = options;
    const can = caught === undefined || !canCatch(node) ? others : { ...others, catch: caught };
    const all = { ...can, ...node.options };
    // Of the two, the one that the step declares: it is for this step, the other for all of them.
    if (all.isolate === true && (all.concurrency ?? 1) > 1)
      delete all[node.options.isolate ? 'concurrency' : 'isolate'];
    return [name, { ...node, options: all }];
  });
  const given: Graph = { ...graph, ...secretsIn(steps.map(([, node]) => node)), steps: new Map(steps) };
  const [hashed] = options.secrets ? secretInputs(given, [...given.steps.values()]) : [];
  if (hashed) throw new FlowError('FLOW_SECRET_INPUT', hashed.message);
  return given;
}

/** A comma begins the next pair only if one follows: `PATHS=a,b` is one. */
function fieldsOf(name: Name, text: string, rest: string): Record<string, string> {
  const pairs = rest.split(/,(?=[A-Za-z_]\w*=)/).map((pair) => /^([A-Za-z_]\w*)=(.*)$/s.exec(pair));
  if (pairs.some((pair) => pair === null)) throw malformed(name, text);
  return Object.fromEntries(pairs.map((pair) => [pair?.[1], pair?.[2]]));
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

const forms = () => Object.values(FORMS).join('; ');

function malformed(name: Name, text: string): FlowError {
  return refused(text, `write ${FORMS[name]}.`);
}

function refused(text: string, why: string): FlowError {
  return new FlowError('FLOW_WITH', `--with=${text}: ${why}`);
}
