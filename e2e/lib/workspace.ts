/** A workspace of Nx in a folder of its own, with what `setup.ts` installed, and the commands that people type in it. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { plainEnv } from './env';

export interface Result {
  code: number | null;
  stdout: string;
  stderr: string;
  /** Both, for a look at what a person saw. */
  text: string;
  /** The one JSON object of `--json`, wherever Nx put it. */
  // biome-ignore lint/suspicious/noExplicitAny: each test says what it expects of it
  json(): any;
}

export interface WorkspaceOptions {
  env?: Record<string, string>;
  /** What git knows of another workspace, instead of files. */
  cloneOf?: Workspace;
  /** The folder whose node_modules it has. */
  install?: string;
}

export class Workspace {
  readonly folder: string;
  /** What the environment of every command has beside that of all workspaces. */
  env: Record<string, string>;

  constructor(
    name: string,
    files: Record<string, string | object> = {},
    { env = {}, cloneOf, install = process.env.NX_FLOW_E2E as string }: WorkspaceOptions = {},
  ) {
    this.folder = join(install, 'workspaces', name);
    this.env = env;
    if (cloneOf) execFileSync('git', ['clone', '-q', cloneOf.folder, this.folder]);
    else {
      this.write({
        'package.json': { name: 'acme', private: true, workspaces: ['packages/*'] },
        'nx.json': { analytics: false, plugins: ['@nx-flow/plugin'] },
        '.gitignore': 'node_modules\ndist\n.nx\n.flow\n',
      });
    }
    this.write(files);
    symlinkSync(join(install, 'node_modules'), join(this.folder, 'node_modules'), 'junction');
  }

  write(files: Record<string, string | object>): void {
    for (const [file, content] of Object.entries(files)) {
      const path = join(this.folder, file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content, null, 2));
    }
  }

  /** Copies of the packages that all workspaces share, less these: for commands that install some. */
  ownPackages(...without: string[]): void {
    const own = join(this.folder, 'node_modules');
    const shared = realpathSync(own);
    // It is a link: what it leads to stays.
    rmSync(own);
    const left = [...without, '.package-lock.json'].map((name) => join(shared, name));
    cpSync(shared, own, { recursive: true, filter: (path) => !left.includes(path) });
  }

  /** As typed: `npx('nx', 'run', 'movies')`. */
  readonly npx = (...args: string[]): Result => this.#spawn('npx', args);

  readonly nx = (...args: string[]): Result => this.#spawn(process.execPath, [this.#script(NX), ...args]);

  readonly nxFlow = (...args: string[]): Result =>
    this.#spawn(process.execPath, [this.#script('@nx-flow/core/bin/nx-flow.js'), ...args]);

  /** `nx` while the test goes on, and answers: ended after a minute, or what `timeout` says. */
  nxMeanwhile(args: string[], env: Record<string, string> = {}, timeout = 60_000): Promise<Result> {
    const child = spawn(process.execPath, [this.#script(NX), ...args], {
      cwd: this.folder,
      env: this.#environment(env),
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout,
    });
    const printed = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        printed[stream] += text;
      });
    }
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => resolve(resultOf(code, printed.stdout, printed.stderr)));
    });
  }

  readonly git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
      cwd: this.folder,
      encoding: 'utf8',
    });

  /** The tasks that a command would execute, with those that each depends on. */
  taskGraph(...command: string[]): Record<string, string[]> {
    const { code, text } = this.nx(...command, '--graph=tasks.json');
    if (code !== 0) throw new Error(text);
    const { tasks } = JSON.parse(readFileSync(join(this.folder, 'tasks.json'), 'utf8'));
    return Object.fromEntries(
      Object.keys(tasks.tasks)
        .sort()
        .map((id) => {
          // A list of names in Nx 23, of objects in 24.
          const before: (string | { id: string })[] = tasks.dependencies[id] ?? [];
          return [id, before.map((task) => (typeof task === 'string' ? task : task.id)).sort()];
        }),
    );
  }

  readonly node = (...args: string[]): Result => this.#spawn(process.execPath, args);

  /** What `nx show project` knows, whole. */
  project(name: string): { root: string; targets: Record<string, { metadata: Record<string, unknown> }> } {
    return this.nx('show', 'project', name, '--json').json();
  }

  #script(file: string): string {
    return join(this.folder, 'node_modules', file);
  }

  #spawn(command: string, args: string[]): Result {
    const { status, stdout, stderr, error } = spawnSync(command, args, {
      cwd: this.folder,
      encoding: 'utf8',
      // On Windows npx is a script of the shell.
      shell: process.platform === 'win32' && command === 'npx',
      env: this.#environment(),
    });
    if (error) throw error;
    return resultOf(status, stdout, stderr);
  }

  #environment(more: Record<string, string> = {}): NodeJS.ProcessEnv {
    return plainEnv({
      // A broker that leaves at once, no daemon, plain text.
      CI: '1',
      FORCE_COLOR: '0',
      NX_DAEMON: 'false',
      NX_ISOLATE_PLUGINS: 'false',
      NX_CACHE_DIRECTORY: join(this.folder, '.nx/cache'),
      NX_WORKSPACE_DATA_DIRECTORY: join(this.folder, '.nx/workspace-data'),
      NX_NO_CLOUD: 'true',
      NX_FLOW_USER: 'ada',
      // npx finds what is installed, or fails: it never asks a registry.
      npm_config_offline: 'true',
      ...this.env,
      ...more,
    });
  }
}

const NX = 'nx/dist/bin/nx.js';

function resultOf(code: number | null, stdout: string, stderr: string): Result {
  return {
    code,
    stdout,
    stderr,
    text: stdout + stderr,
    json() {
      const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
      if (lines.length !== 1) throw new Error(`expected one JSON line:\n${stdout}\n${stderr}`);
      return JSON.parse(lines[0] as string);
    },
  };
}
