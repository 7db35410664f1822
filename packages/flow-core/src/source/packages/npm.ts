/** The npm client: one installation, in a folder that has a package.json. */
import { type ChildProcess, spawn } from 'node:child_process';
import { FlowError } from '../../definition/errors';

const QUIET = [
  '--no-audit',
  '--no-fund',
  '--no-progress',
  '--no-update-notifier',
  '--loglevel=error',
  '--global=false',
  '--dry-run=false',
];

const INSTALL = [
  'install',
  ...QUIET,
  // The lock file stays with the packages: it records what was installed.
  '--package-lock=true',
  // A folder is copied, not linked, so that the installed package never changes.
  '--install-links=true',
  '--workspaces=false',
];

/** A flow may import what is for development: it is installed whatever NODE_ENV says. */
const CI = ['ci', ...QUIET, '--include=dev', '--include=optional', '--include=peer'];

/** By default npm retries for more than a minute and prints nothing. */
const LESS_PATIENCE = ['--fetch-retries=1', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=5000'];

/** What npm prints when the registry or the network is unreachable. */
const UNREACHABLE = /^npm (?:error|ERR!) code (ECONNREFUSED|ENOTFOUND|ETIMEDOUT|EAI_AGAIN)$/m;

/** Variables that `npm run` and `npx` pass down and that describe the package that they were started for. */
const OF_ANOTHER_PACKAGE =
  /^npm_(package_|lifecycle_|config_(local_prefix|workspaces?|include_workspace_root|prefix|location|omit|package_lock_only|json)$)/i;

export interface NpmOptions {
  signal?: AbortSignal | undefined;
  /** Whether packages may execute scripts while they are installed; by default npm decides. */
  scripts?: boolean | undefined;
  /** Called with npm's process, so that a caller that is killed can end it. */
  watch?: ((child: ChildProcess) => void) | undefined;
}

/** @throws FlowError FLOW_PACKAGES with npm's own last lines, FLOW_INTERRUPTED */
export function npmInstall(folder: string, what: string, options: NpmOptions): Promise<void> {
  return npm(folder, INSTALL, what, options);
}

/** Installs what a lock file says. @throws as {@link npmInstall} */
export function npmCiIn(folder: string, options: NpmOptions): Promise<void> {
  return npm(folder, CI, 'the packages of package-lock.json', options);
}

async function npm(
  folder: string,
  args: readonly string[],
  what: string,
  { signal, watch, scripts }: NpmOptions,
): Promise<void> {
  const env = Object.entries(process.env).filter(([name]) => !OF_ANOTHER_PACKAGE.test(name));
  const child = spawn('npm', [...args, ...(scripts === false ? ['--ignore-scripts'] : []), ...patience()], {
    cwd: folder,
    env: Object.fromEntries(env),
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
    // On Windows npm is a script. No argument comes from the user.
    shell: process.platform === 'win32',
  });
  watch?.(child);
  const stop = () => child.kill('SIGTERM');
  signal?.addEventListener('abort', stop);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-20_000);
    });
  }
  try {
    const how = await new Promise<string | undefined>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, ended) =>
        resolve(code === 0 ? undefined : ended ? `was ended by ${ended}` : `ended with code ${code}`),
      );
    });
    if (how === undefined) return;
    if (signal?.aborted) throw new FlowError('FLOW_INTERRUPTED', 'The run was interrupted.', { exit: 1 });
    const unreachable = said.match(UNREACHABLE)?.[1];
    const why = unreachable ? `the registry could not be reached (${unreachable})` : `it ${how}`;
    throw new FlowError('FLOW_PACKAGES', `npm could not install ${what}: ${why}.${lastWords(said)}`, {
      exit: 1,
    });
  } catch (cause) {
    if ((cause as { code?: string }).code !== 'ENOENT') throw cause;
    const message = `npm was not found, and is needed to install ${what}: put it on the PATH.`;
    throw new FlowError('FLOW_PACKAGES', message, { exit: 1, cause });
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** Retry settings from the environment win. */
function patience(): string[] {
  const said = Object.keys(process.env).some((name) => /^npm_config_fetch_retr/i.test(name));
  return said ? [] : LESS_PATIENCE;
}

/** Lines kept from either end of the output: npm says first what is wrong, a failing build says it last. */
const LINES = 4;

function lastWords(said: string): string {
  const lines = said
    .split('\n')
    .map((line) => line.replace(/^npm (error|ERR!) ?/, '').trimEnd())
    .filter((line) => line.trim() !== '' && !/complete log of this run|debug-\d+\.log/.test(line));
  const shown =
    lines.length <= 2 * LINES + 1 ? lines : [...lines.slice(0, LINES), '…', ...lines.slice(-LINES)];
  return shown.map((line) => `\n  ${line}`).join('');
}
