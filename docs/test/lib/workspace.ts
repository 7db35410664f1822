/** The folders in which the pages are executed: one for each page, with packages and commands that all of them share. */
import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

export const ROOT = resolve(__dirname, '..', '..', '..');
const EXAMPLE = join(ROOT, 'examples', 'movies');

/** What pages may import and call, besides the packages of this repository. */
const PACKAGES = [
  '@types',
  '@swc',
  'apache-arrow',
  'decimal.js',
  'jest',
  'nx',
  'typescript',
  'tsx',
  'undici-types',
  'vega-datasets',
  'vitest',
  'zod',
];
/** The names of commands, with the files that they execute. */
const COMMANDS = {
  'nx-flow': 'packages/flow-core/bin/nx-flow.js',
  jest: 'node_modules/jest/bin/jest.js',
  tsx: 'node_modules/tsx/dist/cli.mjs',
  nx: 'node_modules/nx/dist/bin/nx.js',
};

export interface Printed {
  code: number;
  stdout: string;
  text: string;
}

export class Workspaces {
  #folder: string | undefined;
  #server: Server | undefined;
  /** Prepared once, and copied for each page. */
  readonly #prepared = new Map<string, string>();

  /** Made when it is first asked for: a test that is not executed leaves nothing behind. */
  get folder(): string {
    this.#folder ??= prepare();
    return this.#folder;
  }

  /**
   * The folder of a page. `empty` is what `npm init` makes, and `films` that with the data of examples/movies; `movies`
   * has the flow of examples/movies, and one run of it; `nx` is that in a workspace of Nx, and `graph` the same without a
   * run.
   */
  page(name: string, kind = 'movies'): string {
    const folder = join(this.folder, 'pages', name.replace(/\.md$/, '').replace(/\W+/g, '-'));
    if (kind === 'empty' || kind === 'films') {
      this.#make(folder);
      if (kind === 'films') cpSync(join(EXAMPLE, 'films.ts'), join(folder, 'films.ts'));
    } else copy(this.#movies(kind), folder);
    return folder;
  }

  #movies(kind: string): string {
    const prepared = this.#prepared.get(kind);
    if (prepared) return prepared;
    const folder = join(this.folder, 'prepared', kind);
    const at = kind === 'movies' ? folder : join(folder, 'movies');
    this.#make(folder);
    if (kind === 'nx') copy(join(this.#movies('movies'), '.flow'), join(folder, '.flow'));
    for (const file of ['movies.flow.ts', 'films.ts']) cpSync(join(EXAMPLE, file), join(at, file));
    if (kind !== 'movies') {
      const plugins = ['@nx-flow/plugin'];
      const namedInputs = { flowOutputs: [{ dependentTasksOutputFiles: 'dist/flow/**/artifacts.json' }] };
      writeFileSync(join(folder, 'nx.json'), JSON.stringify({ analytics: false, plugins, namedInputs }));
      cpSync(join(EXAMPLE, 'report.mjs'), join(at, 'report.mjs'));
    } else {
      const { code, text } = this.run(folder, 'nx-flow run movies --max-workers=1');
      if (code !== 0) throw new Error(`The run that pages start from failed:\n${text}`);
    }
    this.#prepared.set(kind, folder);
    return folder;
  }

  #make(folder: string): void {
    const manifest = { name: 'demo', version: '1.0.0', private: true, type: 'commonjs' };
    write(join(folder, 'package.json'), JSON.stringify(manifest));
    write(join(folder, '.gitignore'), 'node_modules\ndist\n.flow\n.nx\n');
  }

  /** Executes lines of a shell, which stop at the first that fails. */
  run(folder: string, script: string): Printed {
    const { status, stdout, stderr } = spawnSync('sh', ['-e', '-c', `exec 2>&1\n${script}`], {
      cwd: folder,
      encoding: 'utf8',
      timeout: 100_000,
      env: this.#environment(),
    });
    return { code: status ?? 1, stdout, text: `${stdout}${stderr}` };
  }

  /** The process that executes commands of nx-flow, one page after another. */
  get server(): Server {
    this.#server ??= new Server(this.folder, this.#environment());
    return this.#server;
  }

  #environment(): NodeJS.ProcessEnv {
    const { NX_FLOW_STORE: _, FORCE_COLOR: __, NX_TASK_HASH: ___, ...inherited } = process.env;
    return {
      ...inherited,
      PATH: `${join(this.folder, 'bin')}:${process.env.PATH}`,
      // Nothing outlives a command: the process that holds the store leaves, and Nx has no daemon.
      CI: '1',
      NX_DAEMON: 'false',
      NX_ISOLATE_PLUGINS: 'false',
      NX_CACHE_DIRECTORY: join(this.folder, 'cache'),
      NX_NO_CLOUD: 'true',
      NX_FLOW_USER: 'ada',
      NO_COLOR: '1',
    };
  }

  async dispose(): Promise<void> {
    await this.#server?.close();
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Copies a folder. The process that holds a store in it may still be leaving, and Node copies no sockets. */
function copy(from: string, to: string, left = 20): void {
  try {
    cpSync(from, to, { recursive: true, filter: (path) => !/\.(sock|pid)$/.test(path) });
  } catch (error) {
    // A file that was there when the folder was read.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || left === 0) throw error;
    rmSync(to, { recursive: true, force: true });
    copy(from, to, left - 1);
  }
}

/** The packages and commands that all pages share. */
function prepare(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'nx-flow-docs-')));
  const bin = join(folder, 'bin');
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, '@nx-flow'), { recursive: true });
  mkdirSync(join(modules, '.bin'));
  mkdirSync(bin);
  for (const name of PACKAGES) symlinkSync(join(ROOT, 'node_modules', name), join(modules, name), 'junction');
  for (const name of ['core', 'plugin', 'codecs']) {
    symlinkSync(join(ROOT, 'packages', `flow-${name}`), join(modules, '@nx-flow', name), 'junction');
  }
  for (const [name, file] of Object.entries(COMMANDS)) {
    symlinkSync(join(ROOT, file), join(modules, '.bin', name));
    const script = `#!/bin/sh\nexec "${process.execPath}" "${join(ROOT, file)}" "$@"\n`;
    writeFileSync(join(bin, name), script, { mode: 0o755 });
  }
  // npx takes half a second to find what is installed already.
  writeFileSync(join(bin, 'npx'), '#!/bin/sh\nexec "$@"\n', { mode: 0o755 });
  return folder;
}

/** What `serve.cjs` sends back. */
interface Answer {
  code: number;
  printed: { name: string; text: string }[];
}

/** One process for many commands. */
export class Server {
  readonly #child: ChildProcess;

  constructor(cwd: string, env: NodeJS.ProcessEnv) {
    const dist = join(ROOT, 'packages', 'flow-core', 'dist');
    this.#child = fork(join(__dirname, 'serve.cjs'), [dist], {
      cwd,
      env,
      execArgv: [],
      stdio: 'inherit',
    });
  }

  /** One worker process is enough for what pages show, unless they say how many. */
  async execute(folder: string, argv: readonly string[]): Promise<Printed> {
    const works = ['run', 'resume', 'snapshot', 'step'].includes(argv[0] as string) || argv.includes('--all');
    const says = argv.some((word) => word.startsWith('--max-workers'));
    const answer = await this.#ask({ folder, argv: works && !says ? [...argv, '--max-workers=1'] : argv });
    const text = (wanted: (name: string) => boolean) =>
      answer.printed.flatMap(({ name, text }) => (wanted(name) ? text : [])).join('');
    return { code: answer.code, stdout: text((name) => name === 'stdout'), text: text(() => true) };
  }

  /** After the last command of a page: its store is held no longer. */
  async leave(): Promise<void> {
    await this.#ask({});
  }

  #ask(message: { folder?: string; argv?: readonly string[] }): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const gone = (code: number) =>
        reject(
          new Error(`nx-flow ${message.argv?.join(' ')} ended the process of all commands with ${code}.`),
        );
      this.#child.once('exit', gone);
      this.#child.once('message', (answer: unknown) => {
        this.#child.off('exit', gone);
        resolve(answer as Answer);
      });
      this.#child.send(message);
    });
  }

  async close(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.disconnect();
    await ended;
  }
}

export function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
