/** Reads the arguments that the current Nx command gives to its tasks, as far as a spin could take them. */

import { isSpinOption, NX_SWITCHES, readArguments } from '../nx/arguments';

export interface TaskCommand {
  /** Project and target, if the command names one task. Otherwise it may be any. */
  project?: string;
  target?: string;
  /** The following arguments, as the task gets them. */
  args: string[];
}

/**
 * `nx run movies:spin --step=a`, `nx spin movies a`, `nx run-many -t spin --step=a`, `nx affected -t spin`.
 * @param argv from Nx: without `node`, perhaps with its own script first
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
  // A spin's own switch may have a value: `--all true`.
  const isSwitch = (name: string) => NX_SWITCHES.has(name) && !isSpinOption(name);
  return readArguments(args, isSwitch)
    .filter(({ name, text }) =>
      name === undefined ? positionals && !text.startsWith('-') : isSpinOption(name),
    )
    .map(({ text }) => text);
}
