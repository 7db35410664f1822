/** Parameters: what was given as text, read by the flow's schemas. */
import type { z } from 'zod';
import { FlowError, type Problem, problemsError, suggest } from './errors';
import type { Graph } from './graph';
import { describeValue, isErrorLike, readProperty, textOf } from './thrown';

/** Often no parameter is given. */
const silent = () => require('./silent') as typeof import('./silent');
const wrongValue = () => require('./wrong-value') as typeof import('./wrong-value');

export interface Parameters {
  /** As they were given, name to text (or to JSON, from a file). */
  paramInputs: Record<string, unknown>;
  /** As the schemas gave them. */
  parsed: Record<string, unknown>;
}

/**
 * Reads parameters. A recorded value is used unchanged, without its schema. A given value wins over it. A
 * parameter in neither takes its schema's default. Unknown, missing and ill-typed ones are reported all at once.
 * @throws FlowError FLOW_PARAMS
 */
export function parseParams(
  graph: Graph,
  given: Record<string, unknown>,
  recorded: Record<string, unknown> = {},
): Parameters {
  const problems: Problem[] = [];
  const parsed: Record<string, unknown> = {};
  const names = Object.keys(graph.params);
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(graph.params, name)) continue;
    problems.push({
      code: 'FLOW_PARAM_UNKNOWN',
      message: `"${name}" is not a parameter of ${graph.flow}. ${suggest(name, names, 'It has none.')}`,
    });
  }
  for (const name of names) {
    const isGiven = Object.hasOwn(given, name);
    if (!isGiven && Object.hasOwn(recorded, name)) {
      parsed[name] = recorded[name];
      continue;
    }
    const schema = graph.params[name] as z.ZodType;
    const why = isGiven ? silent().silentReading(schema, given[name]) : undefined;
    const result = why === undefined ? read(schema, isGiven ? given[name] : undefined) : refused(why);
    if (result.success && (isGiven || !needsText(schema))) parsed[name] = result.data;
    else if (result === ASYNC) {
      const message = `The schema of "${name}" answers by a promise, as an async refine or transform does, and parameters are read at once: make it answer at once, and do what has to be waited for in a step.`;
      problems.push({ code: 'FLOW_PARAM_ASYNC', message });
    } else if (!isGiven) {
      problems.push({
        code: 'FLOW_PARAM_MISSING',
        message: `"${name}" is required: give it as --params.${name}=…${describe(schema)}`,
      });
    } else if (!result.success) {
      const why = wrongValue().whyWrong(result.error.issues, given[name]);
      problems.push({
        code: 'FLOW_PARAM_TYPE',
        message: `"${name}" cannot be ${JSON.stringify(given[name])}: ${why}${describe(schema)}`,
      });
    }
  }
  if (problems.length > 0)
    throw problemsError('FLOW_PARAMS', `The parameters of ${graph.flow} are not right`, problems);
  return { paramInputs: given, parsed };
}

function describe(schema: z.ZodType): string {
  const description = descriptionOf(schema);
  return description ? ` (${description})` : '';
}

/** The description nearest to the outside: `z.string().describe('…').default('a')` has it one layer in. */
function descriptionOf(schema: z.ZodType): string | undefined {
  const inner = innerOf(schema);
  return schema.description ?? (inner && descriptionOf(inner));
}

/** True for coerced text without a default, which would turn a missing parameter into the word "undefined". */
function needsText(schema: z.ZodType): boolean {
  const { type, coerce } = schema._zod.def as { type: string; coerce?: boolean };
  if (type === 'string') return coerce === true;
  const inner = innerOf(schema);
  return inner !== undefined && ['pipe', 'nullable', 'readonly'].includes(type) && needsText(inner);
}

/** The schema that this one wraps, or reads through first. */
function innerOf(schema: z.ZodType): z.ZodType | undefined {
  const { innerType, in: first } = schema._zod.def as { innerType?: z.ZodType; in?: z.ZodType };
  return innerType ?? first;
}

type Result = ReturnType<z.ZodType['safeParse']>;

const refused = (message: string) => ({ success: false, error: { issues: [{ message }] } }) as Result;

/** What {@link read} gives for a schema that answers by a promise. */
const ASYNC = refused('the schema answers by a promise');

/** Parses a value with a schema. When a user's transform throws, the value counts as wrong too. */
function read(schema: z.ZodType, value: unknown): Result {
  try {
    // safeParse would leave a promise behind, which ends the process if it is rejected.
    const ran = schema._zod.run({ value, issues: [] }, { async: true });
    if ('then' in ran) {
      ran.catch(() => {});
      return ASYNC;
    }
    if (ran.issues.length === 0) return { success: true, data: ran.value };
    return schema.safeParse(value);
  } catch (thrown) {
    return refused(whyThrown(thrown));
  }
}

/** What the schema's own code threw. It may be no Error, or an Error that says nothing. */
function whyThrown(thrown: unknown): string {
  if (!isErrorLike(thrown)) return `its schema throws a value that is no Error: ${describeValue(thrown)}`;
  return (
    textOf(readProperty(thrown, 'message')) ||
    `its schema throws ${textOf(readProperty(thrown, 'name')) || 'an Error that says nothing'}`
  );
}

export interface ParameterHelp {
  name: string;
  description: string;
  /** Its default, when it has one. */
  default?: unknown;
  required: boolean;
}

/** A flow's parameters as `--help` lists them. */
export function parameterHelp(graph: Graph): ParameterHelp[] {
  return Object.entries(graph.params).map(([name, type]) => {
    const schema = type as z.ZodType;
    const result = read(schema, undefined);
    const required = !result.success || needsText(schema);
    return {
      name,
      description: descriptionOf(schema) ?? '',
      required,
      ...(result.success && !required ? { default: result.data } : {}),
    };
  });
}

/** Splits `k=v` pairs as given on a command line. @throws FlowError FLOW_USAGE */
export function keyValue(text: string, option: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new FlowError('FLOW_USAGE', `--${option} takes name=value, not "${text}".`);
  return [text.slice(0, at), text.slice(at + 1)];
}
