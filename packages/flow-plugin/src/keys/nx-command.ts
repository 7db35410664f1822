/** What the present command gives to the tasks that it names, as far as a spin could take it. */

/** Options of the spin's own; whatever else stands there is for Nx, or makes the executor refuse the task. */
const SPIN = new Set(
  'step origin index iteration all max-workers artifacts persist with params-file store namespace json verbose'.split(
    ' ',
  ),
);
const kebab = (name: string) => name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);

export interface TaskCommand {
  /** Project and target, where the command names one task; else it may be any. */
  project?: string;
  target?: string;
  /** What follows, as the task is given it. */
  args: string[];
}

/**
 * `nx run movies:spin --step=a`, `nx spin movies a`, `nx run-many -t spin --step=a`, `nx affected -t spin`.
 * @param argv as Nx gives it: without `node`, perhaps with its own script first
 */
export function taskCommand(argv: readonly string[]): TaskCommand {
  const at = argv.findIndex((arg) => !arg.startsWith('-') && !/[\\/]/.test(arg));
  const [command, first, ...rest] = argv.slice(Math.max(at, 0)).filter((arg) => arg !== 'nx');
  if (command === 'run' && first !== undefined) {
    const [project, target = 'run'] = first.split(':');
    return { ...(project ? { project } : {}), target, args: ofSpin(rest, true) };
  }
  if (command === undefined || ['run-many', 'affected', 'run'].includes(command)) {
    return {
      args: ofSpin(
        [first, ...rest].filter((arg) => arg !== undefined),
        false,
      ),
    };
  }
  return first === undefined || first.startsWith('-')
    ? {
        target: command,
        args: ofSpin(
          [first, ...rest].filter((arg) => arg !== undefined),
          false,
        ),
      }
    : { project: first, target: command, args: ofSpin(rest, true) };
}

function ofSpin(args: readonly string[], positionals: boolean): string[] {
  const taken: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    const match = arg.match(/^--(?:no-)?([^=]+)(=)?/);
    const next = args[i + 1];
    const apart = match && !match[2] && next !== undefined && !/^-(?!\.?\d)/.test(next);
    if (!match) {
      if (positionals && !arg.startsWith('-')) taken.push(arg);
      continue;
    }
    const name = match[1] as string;
    const ours = /^(params|set)\./.test(name) || SPIN.has(kebab(name));
    // A switch of Nx's own takes no value: what follows it may be a pathspec.
    if (ours) taken.push(...(apart ? [`${arg}=${next}`] : [arg]));
    if (apart && (ours || !SWITCHES.has(kebab(name)))) i++;
  }
  return taken;
}

/** Of Nx: given without a value. */
const SWITCHES = new Set(
  'skip-nx-cache disable-nx-cache skip-remote-cache disable-remote-cache verbose nx-bail graph skip-sync tui no-tui dte prod'.split(
    ' ',
  ),
);
