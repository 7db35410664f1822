/** Executes an Nx task as an `nx-flow` command line. */
import type { ExecutorContext } from '@nx/devkit';
import type { MainOptions } from '@nx-flow/core/cli';
import { commandLine, type ExecutorOptions } from '../nx/command-line';

/** Runs the command in this process, which Nx forked for the task. The command prints its own errors. */
export async function runCommand(
  command: string,
  options: ExecutorOptions,
  context: ExecutorContext,
  more: Omit<MainOptions, 'cwd' | 'workspace' | 'envLoaded'> = {},
  raw: readonly string[] = rawOverrides(context),
): Promise<{ success: boolean }> {
  // Nx sets FORCE_COLOR for every task, even with the user's NO_COLOR. Node warns about the pair.
  if (process.env.NO_COLOR) delete process.env.FORCE_COLOR;
  const { keepCode } = await import('@nx-flow/core/code-cache');
  const keep = keepCode(command);
  const { main } = await import('@nx-flow/core/cli');
  const argv = commandLine(command, options, configured(context), raw);
  const refused = more.refused ?? ambiguous(options);
  const code = await main(argv, {
    ...more,
    ...(refused ? { refused } : {}),
    cwd: context.root,
    workspace: context.root,
    envLoaded: true,
  });
  // Nx ends the process as soon as it has the answer, and a pipe may still hold output.
  await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
  if (code === 0) keep();
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

/** The same for executors that make a run. Publishes again, since Nx hashes a spin that waits for it later. */
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
    // A later spin in the same command must not use the keys that were published before.
    process.stderr.write(`The run is recorded, and Nx cannot be told of it: ${(error as Error).message}\n`);
    return { success: false };
  }
}

/** The options in the project's configuration: Nx merges options, but not parameter by parameter. */
function configured({ target, configurationName }: ExecutorContext): Partial<ExecutorOptions>[] {
  const configuration = configurationName ? target?.configurations?.[configurationName] : undefined;
  return [target?.options ?? {}, configuration ?? {}];
}

/**
 * The task's arguments as typed. In the options, Nx has turned `12e3` into a number; here it is still text. Empty
 * for an executor that was started by code, since Nx coerced nothing there.
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
