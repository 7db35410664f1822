/** Parameters: what was given as text, read by the flow's schemas. */
import type { z } from 'zod';
import { FlowError, type Problem, problemsError, suggest } from './errors';
import type { Graph } from './graph';

export interface Parameters {
  /** As they were given, name to text (or to JSON, from a file). */
  given: Record<string, unknown>;
  /** As the schemas gave them. */
  parsed: Record<string, unknown>;
}

/**
 * Reads parameters. A recorded value is used as it stands, without its schema; a given one wins over it; a parameter
 * that is in neither takes its schema's default. Unknown, missing and ill-typed ones are reported all at once.
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
    if (!Object.hasOwn(given, name) && Object.hasOwn(recorded, name)) {
      parsed[name] = recorded[name];
      continue;
    }
    const schema = graph.params[name] as z.ZodType;
    const result = schema.safeParse(given[name]);
    if (result.success) parsed[name] = result.data;
    else if (!Object.hasOwn(given, name)) {
      problems.push({
        code: 'FLOW_PARAM_MISSING',
        message: `"${name}" is required: give it as --params.${name}=…${describe(schema)}`,
      });
    } else {
      const why = result.error.issues.map((issue) => issue.message).join('; ');
      problems.push({
        code: 'FLOW_PARAM_TYPE',
        message: `"${name}" cannot be ${JSON.stringify(given[name])}: ${why}${describe(schema)}`,
      });
    }
  }
  if (problems.length > 0)
    throw problemsError('FLOW_PARAMS', `The parameters of ${graph.flow} are not right`, problems);
  return { given, parsed };
}

function describe(schema: z.ZodType): string {
  return schema.description ? ` (${schema.description})` : '';
}

export interface ParameterHelp {
  name: string;
  description: string;
  /** Its default, when it has one. */
  default?: unknown;
  required: boolean;
}

/** What `--help` tells about a flow's parameters. */
export function parameterHelp(graph: Graph): ParameterHelp[] {
  return Object.entries(graph.params).map(([name, type]) => {
    const schema = type as z.ZodType;
    const result = schema.safeParse(undefined);
    return {
      name,
      description: schema.description ?? '',
      required: !result.success,
      ...(result.success ? { default: result.data } : {}),
    };
  });
}

/** Splits `k=v` pairs as given on a command line. @throws FlowError FLOW_USAGE */
export function keyValue(text: string, option: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new FlowError('FLOW_USAGE', `--${option} takes name=value, not "${text}".`);
  return [text.slice(0, at), text.slice(at + 1)];
}
