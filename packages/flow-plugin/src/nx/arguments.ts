/** Reads arguments as Nx's own parser does. Has the plugin's one table of options and their owners. */

/** Options that only the executor takes: the command `nx-flow` has other places for them. */
export const EXECUTOR_OPTIONS: ReadonlySet<string> = new Set(['flow', 'name', 'pathspec', 'namesake']);

/** Families of options, given as `--params.k=v` and `--set.k=v`. */
export const FAMILIES = ['params', 'set'] as const;
export type Family = (typeof FAMILIES)[number];

/** The options of the command `spin`, in camel case. Its schema has the same. */
export const SPIN_OPTIONS: ReadonlySet<string> = new Set([
  ...['step', 'origin', 'index', 'iteration', 'all', 'from', 'through', 'maxWorkers', 'watch'],
  ...['on', 'queue', 'queueTimeout', 'ship'],
  ...['persist', 'artifacts', 'values', 'freeze', 'force', 'maxSize', 'inspect', 'inspectBrk'],
  ...['paramsFile', 'with', 'without', 'store', 'namespace', 'importTimeout', 'json', 'verbose'],
]);

/** Switches of Nx, in camel case. They take no value, so a pathspec may follow. */
export const NX_SWITCHES: ReadonlySet<string> = new Set([
  ...['skipNxCache', 'disableNxCache', 'skipRemoteCache', 'disableRemoteCache', 'verbose', 'nxBail', 'graph'],
  ...['skipSync', 'tui', 'noTui', 'dte', 'prod'],
]);

export interface Argument {
  /** The given argument, joined with its value if that came after a space. */
  text: string;
  /** An option's name in camel case without `no-`, kept after `params.` and `set.`. Absent for a positional. */
  name?: string;
}

/**
 * @example
 * ```ts
 * readArguments(['--params-file', 'a.json', '12/train']);
 * // [{ name: 'paramsFile', text: '--params-file=a.json' }, { text: '12/train' }]
 * ```
 * @param isSwitch whether an option takes no value after a space
 */
export function readArguments(
  args: readonly string[],
  isSwitch: (name: string) => boolean = () => false,
): Argument[] {
  const read: Argument[] = [];
  for (let i = 0; i < args.length; i++) {
    const text = args[i] as string;
    const match = text.match(/^--(?:no-)?([^=]+)(=)?/);
    if (!match) {
      read.push({ text });
      continue;
    }
    const written = match[1] as string;
    const name = written.includes('.') ? written : camelCase(written);
    const next = args[i + 1];
    // Nx's parser takes a value after a space if the next argument is not an option. -5 is not one.
    const apart = match[2] === undefined && next !== undefined && !/^-(?!\.?\d)/.test(next);
    if (!apart || isSwitch(name)) read.push({ name, text });
    else read.push({ name, text: `${text}=${args[++i]}` });
  }
  return read;
}

/** Whether a spin takes the option. Any other is Nx's, or the executor refuses it. */
export function isSpinOption(name: string): boolean {
  return SPIN_OPTIONS.has(name) || FAMILIES.some((family) => name.startsWith(`${family}.`));
}

function camelCase(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}
