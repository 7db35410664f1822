/** Runs one command line. Each command is loaded on demand: start-up is the product. */
import { FlowError, isFlowError, suggest } from '../definition/errors';
import { requireHandles } from '../definition/handles';
import { mostHandles } from '../environment/handles';
import { EnvFiles } from '../session/env';
import { limitImports, watchImports } from '../source/import-watch';
import { parseCommandLine } from './args';
import { splitFlow } from './arguments';
import type { CommandSpec, Context, Parsed } from './command';
import { importTimeout, slowImport } from './import-time';
import { COMMANDS } from './registry';
import { makeOutput } from './render/output';

export interface MainOptions
  extends Pick<
    Context,
    'workspace' | 'codeKey' | 'force' | 'task' | 'codeChanged' | 'extraFolders' | 'keys'
  > {
  cwd?: string;
  /** The caller's reason to refuse the command. It is reported like the command's own errors. */
  refused?: FlowError;
  /** The caller has loaded the `.env` files, as Nx does for its tasks. */
  envLoaded?: true;
}

/**
 * Runs one command line and returns its exit code: 0 done, 1 a step failed, 2 bad usage; as in a shell, 130 after
 * Ctrl-C and 143 after SIGTERM.
 *
 * @example
 * ```ts
 * import { main } from '@nx-flow/core/cli';
 * const code = await main(['spin', 'movies', 'playlist']);
 * ```
 */
export async function main(
  argv: readonly string[],
  { cwd = process.cwd(), refused, envLoaded, ...more }: MainOptions = {},
): Promise<number> {
  const flagged = (name: string) => argv.includes(`--${name}`) || argv.includes(`--${name}=true`);
  const output = makeOutput(flagged('json'), flagged('verbose'));
  const stop = new AbortController();
  // Steps execute in the workspace's folder. The caller's working directory is restored at the end.
  const before = process.cwd();
  let ended: NodeJS.Signals | undefined;
  let late: FlowError | undefined;
  let unwatch = () => {};
  let env: EnvFiles | undefined;
  const interrupt = (signal: NodeJS.Signals) => {
    ended ??= signal;
    stop.abort();
  };
  try {
    const [name = '--help', ...rest] = argv;
    if (name === '--help' || name === '-h' || name === 'help') return await printOverview(output);
    if (name === '--version') return await printVersion(output);
    const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (!load) {
      throw new FlowError(
        'FLOW_COMMAND',
        `There is no command "${name}". ${suggest(name, Object.keys(COMMANDS))}`,
      );
    }
    // Its help imports the flow, too, before its options are known.
    unwatch = watchImports({
      slow: (file) => output.note(`${slowImport(file, cwd)}\n`),
      late(error) {
        late ??= error;
        stop.abort(error);
      },
    });
    requireHandles(mostHandles());
    const { command } = await load();
    if (!envLoaded && !argv.some((arg) => /^--no-?env(=true)?$/i.test(arg)))
      env = envFiles(command.spec, rest, output);
    const help = rest.includes('--help') || rest.includes('-h');
    if (help)
      return await printHelp(command.spec, rest, {
        cwd,
        output,
        workspace: more.workspace,
        ...(env ? { env } : {}),
      });
    const parsed = splitFlow(
      command.spec,
      await parsedArguments(command.spec, rest, cwd, more.workspace),
      cwd,
    );
    if (refused) throw refused;
    limitImports(importTimeout(parsed));
    if (endsInOrder(command.spec, parsed)) process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
    const context = { ...parsed, ...more, cwd, output, signal: stop.signal, ...(env ? { env } : {}) };
    const code = await command.execute(context);
    // What ends in order has ended by it, and said it; so has a check.
    const says = command.spec.saysLate || endsInOrder(command.spec, parsed);
    if (late && !(says && code === late.exit)) throw late;
    // A command that only reads makes no folder.
    if (code !== 2) (await import('../source/find')).keepIndex(endsInOrder(command.spec, parsed));
    return exitCode(code, ended);
  } catch (error) {
    const { renderFailure } = await import('./render/failure');
    return exitCode(renderFailure(error, output, cwd), ended);
  } finally {
    unwatch();
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    env?.restore();
    if (process.cwd() !== before) process.chdir(before);
  }
}

/** Files for a target count for the command that the target executes, those of `run` for commands that only look. */
function envFiles(
  { name }: CommandSpec,
  rest: readonly string[],
  { note, colors }: Context['output'],
): EnvFiles {
  const [, step] = rest.filter((arg) => !arg.startsWith('-'));
  const kinds = ['spin', 'resume', 'snapshot', 'step'] as const;
  const kind = kinds.find((one) => one === name) ?? 'run';
  return new EnvFiles({ kind, ...(kind === 'step' && step !== undefined ? { step } : {}) }, (line) =>
    note(`${colors.yellow('!')} ${line}\n`),
  );
}

/** Workers do not get Ctrl-C. */
function endsInOrder({ endsInOrder: ends = false }: CommandSpec, { options }: Parsed): boolean {
  return typeof ends === 'function' ? ends(options) : ends;
}

/** When an option is unknown, the flow's parameters are read too: the user may have meant one. */
async function parsedArguments(
  spec: CommandSpec,
  argv: readonly string[],
  cwd: string,
  workspace: string | undefined,
): Promise<Parsed> {
  try {
    return parseCommandLine(spec, argv);
  } catch (error) {
    if (!isFlowError(error) || error.code !== 'FLOW_OPTION' || !spec.families.includes('params')) throw error;
    const flow = argv.find((arg) => !arg.startsWith('-'));
    if (flow !== undefined) parseCommandLine(spec, argv, await parametersOf(flow, cwd, workspace));
    throw error;
  }
}

async function parametersOf(flow: string, cwd: string, workspace: string | undefined): Promise<string[]> {
  const { findPlaceFile, loadPlaceFlow, placeOf } = await import('../session/place');
  try {
    const place = placeOf(flow, cwd, { workspace });
    return Object.keys((await loadPlaceFlow(place, await findPlaceFile(place))).params);
  } catch {
    // The unknown option is the error to report. The next command reports a flow that does not load.
    return [];
  }
}

/** A finished command keeps its exit code even when a signal came late. */
export function exitCode(code: number, ended: NodeJS.Signals | undefined): number {
  if (code === 0 || ended === undefined) return code;
  return ended === 'SIGINT' ? 130 : 143;
}

export async function printOverview(output: Context['output']): Promise<number> {
  const { overview } = await import('./help');
  const specs = await Promise.all(Object.values(COMMANDS).map(async (load) => (await load()).command.spec));
  output.write(overview(specs, output));
  return 0;
}

export async function printVersion(output: Context['output']): Promise<number> {
  const { packageVersion } = await import('../environment/package-root');
  output.write(`${packageVersion()}\n`);
  return 0;
}

/** Prints the command's help and, with a flow, its steps and parameters, or why it does not load. */
export async function printHelp(
  spec: CommandSpec,
  argv: string[],
  {
    cwd,
    output,
    workspace,
    env,
  }: Pick<Context, 'cwd' | 'output' | 'env'> & { workspace: string | undefined },
): Promise<number> {
  const { commandHelp } = await import('./help');
  const flow = argv.find((arg) => !arg.startsWith('-'));
  if (flow === undefined) {
    output.write(commandHelp(spec, output));
    return 0;
  }
  const { placeOf } = await import('./arguments');
  const { findPlaceFile, loadPlaceFlow } = await import('../session/place');
  const context = {
    positionals: [flow],
    options: {},
    params: {},
    set: {},
    cwd,
    ...(workspace === undefined ? {} : { workspace }),
    ...(env ? { env } : {}),
    output,
    signal: new AbortController().signal,
  };
  try {
    const place = placeOf(context);
    const graph = await loadPlaceFlow(place, await findPlaceFile(place));
    output.write(commandHelp(spec, output, graph));
    return 0;
  } catch (error) {
    if (!isFlowError(error)) throw error;
    output.write(`${commandHelp(spec, output)}\n`);
    throw error;
  }
}
