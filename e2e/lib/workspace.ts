/** A workspace of Nx, with what `setup.ts` installed, and the commands that people type. Long, because they are one object. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { plainEnv } from './env';
import { type WarmCommand, WarmNx } from './warm-nx';

// Jest takes no timeout from the config of one project. A command takes seconds, and more on a busy machine.
jest.setTimeout(600_000);

/** Those that have a process of their own until the tests of their file are done. */
const warm = new Set<Workspace>();
afterAll(() => Promise.all([...warm].map((workspace) => workspace.close())));

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

/** A command that goes on. */
export interface Started {
  child: ChildProcess;
  done: Promise<Result>;
  /** Resolves when it has printed a text. */
  printed(text: string): Promise<void>;
  /** As Ctrl-C does. */
  interrupt(): void;
}

export interface WorkspaceOptions {
  env?: Record<string, string>;
  /** What git knows of another workspace, instead of files. */
  cloneOf?: Workspace;
  /** The folder whose node_modules it has. */
  install?: string;
  /** It is another terminal in the folder of this one: its commands execute at the same time. */
  beside?: Workspace;
}

export class Workspace {
  readonly folder: string;
  /** What the environment of every command has beside that of all workspaces. */
  env: Record<string, string>;
  /** The broker of its store stays while there is a process for `warm`. False where tests take the store away. */
  keepsBroker = true;
  #warm: WarmNx | undefined;

  constructor(
    name: string,
    files: Record<string, string | object> = {},
    { env = {}, cloneOf, install = process.env.NX_FLOW_E2E as string, beside }: WorkspaceOptions = {},
  ) {
    this.folder = beside?.folder ?? join(install, 'workspaces', name);
    this.env = env;
    if (beside) return;
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

  /** Files have another content while something is done, and are as they were afterwards. */
  async meanwhile(files: Record<string, string | object>, done: () => Promise<void>): Promise<void> {
    const before = Object.keys(files).map((file) => {
      const path = join(this.folder, file);
      return { path, content: existsSync(path) ? readFileSync(path) : undefined };
    });
    this.write(files);
    try {
      await done();
    } finally {
      for (const { path, content } of before)
        if (content === undefined) rmSync(path);
        else writeFileSync(path, content);
    }
  }

  /** Nothing is installed: for package managers that install it themselves. */
  unlink(): void {
    rmSync(join(this.folder, 'node_modules'));
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

  /** The same in a process that has Nx loaded already: most of what a command costs is to load Nx. */
  readonly warm = (...args: string[]): Promise<Result> => this.#inWarm('nx', args);

  /** What Nx would replay: tasks that it would execute fail instead, before their executor begins. */
  readonly ask = (...args: string[]): Promise<Result> => this.#inWarm('nx', args, true);

  /** `nx-flow` in that process: for what is recorded or looked up beside the commands that a test is about. */
  readonly warmFlow = (...args: string[]): Promise<Result> => this.#inWarm('nx-flow', args);

  async #inWarm(program: WarmCommand['program'], args: string[], asking = false): Promise<Result> {
    if (args.includes('--help')) throw new Error('Nx prints help once in a process: that is asked of `nx`.');
    const env = this.#environment();
    this.#warm ??= new WarmNx(this.folder, env);
    warm.add(this);
    const { keepsBroker } = this;
    const { code, stdout, stderr } = await this.#warm.execute({ program, args, env, asking, keepsBroker });
    return resultOf(code, stdout, stderr);
  }

  /**
   * The process that has Nx loaded goes on without its broker, without what the plugin has in memory, or without the
   * process that executes its tasks: as one that begins now, for much less.
   */
  async forget(...what: ('broker' | 'plugin' | 'tasks')[]): Promise<void> {
    if (this.#warm) await this.#inWarm('forget', what);
  }

  /** Ends the process that has Nx loaded, and with it the broker that it keeps. */
  async close(): Promise<void> {
    const closing = this.#warm;
    this.#warm = undefined;
    warm.delete(this);
    await closing?.close();
  }

  readonly nxFlow = (...args: string[]): Result =>
    this.#spawn(process.execPath, [this.#script('@nx-flow/core/bin/nx-flow.js'), ...args]);

  /** `nx` while the test goes on, and answers: ended after a minute, or what `timeout` says. */
  nxMeanwhile(args: string[], env: Record<string, string> = {}, timeout = 60_000): Promise<Result> {
    return this.nxStarted(args, env, timeout).done;
  }

  /** The same, with what it prints until it has ended, and a way to end it. */
  nxStarted(args: string[], env: Record<string, string> = {}, timeout = 60_000): Started {
    const child = spawn(process.execPath, [this.#script(NX), ...args], {
      cwd: this.folder,
      env: this.#environment(env),
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout,
    });
    const output = { stdout: '', stderr: '' };
    let heard = () => {};
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        output[stream] += text;
        heard();
      });
    }
    const done = new Promise<Result>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => resolve(resultOf(code, output.stdout, output.stderr)));
    });
    const printed = (text: string) =>
      new Promise<void>((resolve, reject) => {
        heard = () => output.stdout.includes(text) && resolve();
        heard();
        void done.then((result) => reject(new Error(`It ended without "${text}":\n${result.text}`)));
      });
    return { child, done, printed, interrupt: () => void child.kill('SIGINT') };
  }

  readonly git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
      cwd: this.folder,
      encoding: 'utf8',
    });

  /** The tasks that a command would execute, with those that each depends on. */
  async taskGraph(...command: string[]): Promise<Record<string, string[]>> {
    const { code, text } = await this.warm(...command, '--graph=tasks.json');
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
  async project(
    name: string,
  ): Promise<{ root: string; targets: Record<string, { metadata: Record<string, unknown> }> }> {
    return (await this.warm('show', 'project', name, '--json')).json();
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
