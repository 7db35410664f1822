/** Builds the command line of `nx-flow` from Nx's data of a task: typed arguments as text, settings as values. */
import { EXECUTOR_OPTIONS, FAMILIES, type Family, readArguments } from './arguments';

/** The options of the schemas, coerced by Nx. */
export interface ExecutorOptions {
  flow: string;
  name?: string;
  pathspec?: string | number;
  /** Another file that declares a flow of this name. Then neither is executed. */
  namesake?: string;
  params?: Record<string, unknown>;
  set?: Record<string, unknown>;
  [option: string]: unknown;
}

/**
 * Typed arguments pass unchanged. Other options come from the options that Nx merged, other parameters from the
 * project's configuration, `layers`, where later ones win.
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
    if (EXECUTOR_OPTIONS.has(name) || FAMILIES.some((family) => family === name) || value === undefined)
      continue;
    // A step may be given by position or by name. The typed one replaces the other.
    const replaced = typed.names.has(name) || (name === 'step' && typed.positional);
    if (!replaced) for (const one of Array.isArray(value) ? value : [value]) add(name, String(one));
  }
  for (const family of FAMILIES) {
    const mine = [...typed.names].some((name) => name.startsWith(`${family}.`));
    // Typed ones are also in the merged options, but coerced. Then only the configuration counts.
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

/** The text that the command parses to the value: `--set.k=v` is JSON if it parses, a parameter is text. */
function text(family: Family, value: unknown): string {
  return typeof value === 'string' && family === 'params' ? value : JSON.stringify(value);
}

interface Typed {
  /** The arguments without those that only the executor takes. */
  args: string[];
  names: Set<string>;
  positional: boolean;
}

function readTyped(raw: readonly string[]): Typed {
  const mine = readArguments(raw).filter(({ name }) => name === undefined || !EXECUTOR_OPTIONS.has(name));
  return {
    args: mine.map(({ text }) => text),
    names: new Set(mine.flatMap(({ name }) => name ?? [])),
    positional: mine.some(({ name }) => name === undefined),
  };
}
