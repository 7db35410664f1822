/** Executes an Nx task as an `nx-flow` command: no more than its command line. */
import type { ExecutorContext } from '@nx/devkit';
import type { MainOptions } from '@nx-flow/core/cli';
import { commandLine, type ExecutorOptions } from '../nx/command-line';

/** Runs the command in this process, which Nx forked for the task. Its own text tells what failed. */
export async function runCommand(
  command: string,
  options: ExecutorOptions,
  context: ExecutorContext,
  more: Omit<MainOptions, 'cwd'> = {},
  raw: readonly string[] = rawOverrides(context),
): Promise<{ success: boolean }> {
  // Nx sets FORCE_COLOR for every task, whatever the user said; Node warns of the pair at each first line of output.
  if (process.env.NO_COLOR) delete process.env.FORCE_COLOR;
  const { main } = await import('@nx-flow/core/cli');
  const argv = commandLine(command, options, configured(context), raw);
  const refused = more.refused ?? ambiguous(options);
  const code = await main(argv, { ...more, ...(refused ? { refused } : {}), cwd: context.root });
  // Nx ends the process as soon as it has the answer; a pipe may still hold what was written.
  await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
  return { success: code === 0 };
}

function ambiguous({ flow, namesake }: ExecutorOptions): MainOptions['refused'] {
  if (namesake === undefined) return undefined;
  const { FlowError } = require('@nx-flow/core') as typeof import('@nx-flow/core');
  return new FlowError(
    'FLOW_AMBIGUOUS',
    `${flow} and ${namesake} declare flows of one name, by which runs and outputs are kept: give one of them another.`,
  );
}

/** The same for what makes a run: a spin that waits for it in one command is hashed after it, by what is published then. */
export async function runAndPublish(
  command: string,
  options: ExecutorOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  const result = await runCommand(command, options, context);
  try {
    const { publishAgain } = await import('../keys/spins');
    await publishAgain(options.flow, context.root);
    return result;
  } catch (error) {
    // What lies there from before must not be believed by a spin that comes after this in the same command.
    process.stderr.write(`The run is recorded, and Nx cannot be told of it: ${(error as Error).message}\n`);
    return { success: false };
  }
}

/** What the project's configuration says: Nx gives the options merged, but not parameter by parameter. */
function configured({ target, configurationName }: ExecutorContext): Partial<ExecutorOptions>[] {
  const configuration = configurationName ? target?.configurations?.[configurationName] : undefined;
  return [target?.options ?? {}, configuration ?? {}];
}

/**
 * The task's arguments as they were typed. Nx has turned `12e3` into a number in the options; here it is still text.
 * Empty for an executor that was started by code: its options are values, and nothing was coerced.
 */
export function rawOverrides({
  taskGraph,
  projectName,
  targetName,
  configurationName,
}: ExecutorContext): string[] {
  const tasks = Object.values(taskGraph?.tasks ?? {}).filter(
    ({ target }) => target.project === projectName && target.target === targetName,
  );
  const task = tasks.find(({ target }) => target.configuration === configurationName) ?? tasks[0];
  const overrides: { __overrides_unparsed__?: string[] } = task?.overrides ?? {};
  return overrides.__overrides_unparsed__ ?? [];
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}
