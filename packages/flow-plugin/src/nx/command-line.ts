/** Builds the command line of `nx-flow` from what Nx knows of a task: typed arguments as text, settings as values. */

/** Options as the schemas have them, coerced by Nx. */
export interface ExecutorOptions {
  flow: string;
  name?: string;
  pathspec?: string | number;
  /** Another file that declares a flow of this name: then neither is executed. */
  namesake?: string;
  params?: Record<string, unknown>;
  set?: Record<string, unknown>;
  [option: string]: unknown;
}

/** Given to the executor alone: the command has other places for them. */
const OURS = new Set(['flow', 'name', 'pathspec', 'namesake']);
const FAMILIES = ['params', 'set'] as const;

const camel = (name: string) => name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

/**
 * What was typed passes as it is; options that were not typed come from the options that Nx merged, parameters that
 * were not typed from the project's configuration, `layers`, later ones first.
 *
 * @example
 * ```ts
 * commandLine('run', { flow: 'movies.flow.ts', bail: true }, [], ['--params.sha=12e3']);
 * // ['run', 'movies.flow.ts', '--bail=true', '--params.sha=12e3']
 * ```
 */
export function commandLine(
  command: string,
  options: ExecutorOptions,
  layers: readonly Partial<ExecutorOptions>[],
  raw: readonly string[],
): string[] {
  const typed = readTyped(raw);
  const settings: string[] = [];
  const add = (name: string, value: string) => settings.push(`--${name}=${value}`);
  for (const [name, value] of Object.entries(options)) {
    if (OURS.has(name) || FAMILIES.some((family) => family === name) || value === undefined) continue;
    // Nx takes a step by position or by name: the one that was typed replaces the other.
    const replaced = typed.names.has(name) || (name === 'step' && typed.positional);
    if (!replaced) for (const one of Array.isArray(value) ? value : [value]) add(name, String(one));
  }
  for (const family of FAMILIES) {
    const mine = [...typed.names].some((name) => name.startsWith(`${family}.`));
    // Typed ones are in the merged options too, coerced: then only the configuration counts.
    const values = Object.assign({}, ...layers.map((layer) => layer[family]), mine ? {} : options[family]);
    for (const [name, value] of Object.entries(values)) {
      if (!typed.names.has(`${family}.${name}`)) add(`${family}.${name}`, text(family, value));
    }
  }
  const { pathspec } = options;
  const step =
    pathspec === undefined || typed.positional || typed.names.has('step') ? [] : [String(pathspec)];
  return [command, options.name ?? options.flow, ...step, ...settings, ...typed.args];
}

/** As the command reads it back: `--set.k=v` is JSON if it parses, a parameter is text that its schema reads. */
function text(family: (typeof FAMILIES)[number], value: unknown): string {
  return typeof value === 'string' && family === 'params' ? value : JSON.stringify(value);
}

interface Typed {
  /** Without those of `OURS`. */
  args: string[];
  names: Set<string>;
  positional: boolean;
}

function readTyped(raw: readonly string[]): Typed {
  const typed: Typed = { args: [], names: new Set(), positional: false };
  for (let i = 0; i < raw.length; i++) {
    const arg = raw[i] as string;
    const match = arg.match(/^--(?:no-)?([^=]+)(=)?/);
    const next = raw[i + 1];
    if (!match) {
      typed.args.push(arg);
      typed.positional = true;
      continue;
    }
    const written = match[1] as string;
    const name = written.includes('.') ? written : camel(written);
    // Nx's parser takes a value after a space wherever the next argument is no option; -5 is none.
    const apart = match[2] === undefined && next !== undefined && !/^-(?!\.?\d)/.test(next);
    if (apart) i++;
    if (OURS.has(name)) continue;
    typed.names.add(name);
    typed.args.push(apart ? `${arg}=${next}` : arg);
  }
  return typed;
}
