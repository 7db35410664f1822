/** A workspace of its own under the system's temporary folder, and the real command in it. */
import { type ChildProcess, type ChildProcessByStdio, execFileSync, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { BrokerKv } from '../../src/store/broker/client';
import { scan } from '../../src/store/kv/kv';

// A broker that a test starts leaves at once, like those of the commands.
process.env.CI = '1';

const PACKAGE = resolve(__dirname, '..', '..');
const ROOT = resolve(PACKAGE, '..', '..');
const BIN = join(PACKAGE, 'bin', 'nx-flow.js');

/** Marks every process that comes from a workspace, however far down. */
export const MARK = 'NX_FLOW_TEST_WORKSPACE';

export interface Result {
  code: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
  /** The object on the last line of stdout. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it freely
  json: any;
}

export interface Started {
  child: ChildProcess;
  pid: number;
  done: Promise<Result>;
  /** Resolves as soon as what was printed so far holds this text. */
  printed(text: string): Promise<void>;
}

export interface RunOptions {
  cwd?: string;
  env?: Record<string, string>;
  /** Its input is the child's `stdin`. */
  stdin?: true;
  /** The command that executes it, such as `strace -f`. */
  under?: readonly string[];
  /** Options of Node itself, such as `--inspect-brk`. */
  node?: readonly string[];
}

/** Helpers for flow files: steps wait for files, and tell by files where they are. */
const SIGNALS = `
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
const folder = ${JSON.stringify('@folder@')};

export function tell(name: string, text = ''): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), text);
}

export function told(prefix: string): string[] {
  mkdirSync(folder, { recursive: true });
  return readdirSync(folder).filter((name) => name.startsWith(prefix)).sort();
}

export async function hear(name: string): Promise<void> {
  while (!existsSync(join(folder, name))) await pause(3);
}

export async function hearAll(prefix: string, count: number): Promise<void> {
  while (told(prefix).length < count) await pause(3);
}
`;

const COMMANDS = join(__dirname, 'commands-child.cjs');

/** The process that executes the commands of all workspaces of this file that share it, one after another. */
let shared: ChildProcess | undefined;
let turn: Promise<unknown> = Promise.resolve();
afterAll(async () => {
  const child = shared;
  shared = undefined;
  if (!child?.connected) return;
  child.disconnect();
  await once(child, 'exit');
});

/** Ends the process that workspaces share, where a command hangs in it: the next command has a new one. */
export function killShared(): void {
  shared?.kill('SIGKILL');
  shared = undefined;
}

function sharedProcess(): ChildProcess {
  if (shared?.connected) return shared;
  const { FORCE_COLOR: _, NX_FLOW_STORE: __, ...inherited } = process.env;
  shared = fork(COMMANDS, [], {
    // A broker stays for some seconds where it is not in CI.
    env: { ...inherited, NX_FLOW_USER: 'tester', CI: 'false', NO_COLOR: '1' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: [],
  });
  return shared;
}

/** One worker process is enough for what commands say, unless a test says how many. */
function withOneWorker(args: readonly string[]): readonly string[] {
  const works = ['run', 'resume', 'snapshot'].includes(args[0] as string) || args.includes('--all');
  const says = args.some((arg) => arg.startsWith('--max-workers') || arg === '--');
  return works && !says ? [...args, '--max-workers=1'] : args;
}

export class Workspace {
  readonly folder: string;
  #shared = false;

  constructor(manifest: object = { name: 'fixture', private: true, workspaces: ['packages/*'] }) {
    this.folder = realpathSync(mkdtempSync(join(tmpdir(), 'nx-flow-test-')));
    this.write('package.json', JSON.stringify(manifest));
    mkdirSync(join(this.folder, 'node_modules', '@nx-flow'), { recursive: true });
    symlinkSync(PACKAGE, join(this.folder, 'node_modules', '@nx-flow', 'core'), 'junction');
    symlinkSync(join(ROOT, 'node_modules', 'zod'), join(this.folder, 'node_modules', 'zod'), 'junction');
    this.write('signals.ts', SIGNALS.replace('@folder@', join(this.folder, 'signals')));
  }

  path(...parts: string[]): string {
    return join(this.folder, ...parts);
  }

  /** Writes a file; gives its path. */
  write(name: string, text: string): string {
    const file = this.path(name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  removeFile(name: string): void {
    rmSync(this.path(name));
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  /** A flow file: `f`, `merge`, `oneOf`, `z` and the signals are at hand. */
  flow(name: string, body: string, params = ''): string {
    // Every worker loads what the file imports, and zod is a third of what a worker costs.
    const zod = /\bz\b/.test(body + params);
    return this.write(
      `${name}.flow.ts`,
      `import { flow, merge, oneOf } from '@nx-flow/core';
${zod ? "import { z } from 'zod';" : 'const z = undefined;'}
import { readFileSync, writeFileSync } from 'node:fs';
import { hear, hearAll, tell, told } from './signals';
void [merge, oneOf, z, readFileSync, writeFileSync, hear, hearAll, tell, told];
const f = flow('${name}'${params ? `, { params: { ${params} } }` : ''});
${body}
`,
    );
  }

  /** What a step hears. */
  tell(name: string, text = ''): void {
    this.write(join('signals', name), text);
  }

  /** What a step tells; gives the text. */
  async hear(name: string): Promise<string> {
    await until(() => existsSync(this.path('signals', name)), `the signal ${name}`);
    return this.read(join('signals', name));
  }

  silence(): void {
    rmSync(this.path('signals'), { recursive: true, force: true });
  }

  start(
    args: readonly string[],
    { cwd = this.folder, env = {}, stdin, under = [], node = [] }: RunOptions = {},
  ): Started {
    const { FORCE_COLOR: _, NX_FLOW_STORE: __, ...inherited } = process.env;
    const [file = '', ...rest] = [...under, process.execPath, ...node, BIN, ...args];
    const child = spawn(file, rest, {
      cwd,
      env: { ...inherited, NX_FLOW_USER: 'tester', CI: '1', NO_COLOR: '1', [MARK]: this.folder, ...env },
      stdio: [stdin ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    }) as ChildProcessByStdio<Writable | null, Readable, Readable>;
    // What it does not read any more is nobody's loss.
    child.stdin?.on('error', () => {});
    let stdout = '';
    let stderr = '';
    let waiting: { text: string; resolve(): void }[] = [];
    const heard = () => {
      waiting = waiting.filter(({ text, resolve: found }) => {
        if (!stdout.includes(text) && !stderr.includes(text)) return true;
        found();
        return false;
      });
    };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      heard();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      heard();
    });
    const done = new Promise<Result>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) =>
        resolve({ code, signal, stdout, stderr, json: lastJson(stdout) }),
      );
    });
    const printed = (text: string) =>
      Promise.race([
        new Promise<void>((found) => {
          waiting.push({ text, resolve: found });
          heard();
        }),
        done.then((result) => {
          if (!(stdout + stderr).includes(text)) {
            throw new Error(`It ended without printing "${text}":\n${result.stdout}${result.stderr}`);
          }
        }),
      ]);
    return { child, pid: child.pid as number, done, printed };
  }

  nxFlow(args: readonly string[], options?: RunOptions): Promise<Result> {
    if (!this.#shared || options?.stdin) return this.start(args, options).done;
    const result = turn.then(() => this.#inShared(args, options));
    turn = result.catch(() => {});
    return result;
  }

  /**
   * From now on {@link nxFlow} and {@link ok} execute their commands in a process that the workspaces of a file share, one
   * after another, and the broker stays: for tests of what commands say, where a process of their own proves nothing.
   * {@link start} still has one.
   */
  shareProcess(): this {
    this.#shared = true;
    return this;
  }

  #inShared(args: readonly string[], { cwd = this.folder, env = {} }: RunOptions = {}): Promise<Result> {
    const child = sharedProcess();
    return new Promise((resolve, reject) => {
      const gone = (code: number | null) =>
        reject(
          new Error(`nx-flow ${args.join(' ')} ended the process that executes commands, with ${code}.`),
        );
      child.once('exit', gone);
      child.once('message', (reply: Pick<Result, 'code' | 'stdout' | 'stderr'>) => {
        child.off('exit', gone);
        resolve({ ...reply, signal: null, json: lastJson(reply.stdout) });
      });
      child.send({
        args: withOneWorker(args),
        cwd,
        env: { [MARK]: this.folder, ...env },
        workspace: this.folder,
      });
    });
  }

  /** As {@link nxFlow}, and fails unless it ends well. */
  async ok(args: readonly string[], options?: RunOptions): Promise<Result> {
    const result = await this.nxFlow(args, options);
    if (result.code !== 0) {
      throw new Error(
        `nx-flow ${args.join(' ')} ended with ${result.code ?? result.signal}:\n${result.stdout}${result.stderr}`,
      );
    }
    return result;
  }

  store(): Promise<Record<string, string>> {
    return wholeStore(this.path('.flow'));
  }

  /** Processes of this workspace, ours and those that steps started. */
  processes(): { pid: number; command: string }[] {
    const all = processesWith(`${MARK}=${this.folder}`);
    // The shared process stays and keeps its compiler, and so does the broker.
    return this.#shared
      ? all.filter(
          ({ pid, command }) => pid !== shared?.pid && !/broker\.js|esbuild.* --service/.test(command),
        )
      : all;
  }

  brokers(): number[] {
    return processesWith(`${MARK}=${this.folder}`)
      .filter(({ command }) => command.includes('broker.js'))
      .map(({ pid }) => pid);
  }

  /** Waits until nothing of this workspace is alive. @throws after ten seconds, with what still is */
  async quiet(): Promise<void> {
    await until(
      () => this.processes().length === 0,
      () => `the end of ${JSON.stringify(this.processes())}`,
      10_000,
    );
  }

  /** They would stay for some seconds. */
  async #endBrokers(): Promise<void> {
    for (const pid of this.brokers()) {
      try {
        process.kill(pid);
      } catch {
        // It has just left.
      }
    }
    await until(() => this.brokers().length === 0, 'the end of the broker', 10_000);
  }

  async dispose(): Promise<void> {
    if (this.#shared) await this.#endBrokers();
    try {
      await this.quiet();
    } finally {
      rmSync(this.folder, { recursive: true, force: true });
    }
  }
}

/** Waits for something that no event tells of. Bounded. */
export async function until(holds: () => boolean, what: string | (() => string), ms = 20_000): Promise<void> {
  const end = Date.now() + ms;
  for (let wait = 4; !holds(); wait = Math.min(wait * 1.2, 40)) {
    if (Date.now() > end) throw new Error(`Waited in vain for ${typeof what === 'string' ? what : what()}.`);
    await pause(wait);
  }
}

/** Every key of a store with its value in hex, and every file of its CAS: equal before and after means untouched. */
export async function wholeStore(folder: string): Promise<Record<string, string>> {
  const whole: Record<string, string> = {};
  const kv = BrokerKv.open(folder);
  try {
    for await (const [key, value] of scan(kv, { gte: '', lt: '\x7f' })) {
      whole[key] = Buffer.from(value).toString('hex');
    }
  } finally {
    await kv.close();
  }
  const cas = join(folder, 'cas');
  if (existsSync(cas)) {
    for (const entry of (readdirSync(cas, { recursive: true }) as string[]).sort())
      whole[`cas/${entry}`] = 'file';
  }
  return whole;
}

/** Those that were there before this file's first workspace: they are no workspace's, and looking at them takes time. */
const OTHERS = new Set(existsSync('/proc/self/environ') ? readdirSync('/proc') : []);

/** Processes whose environment holds a text. The broker that this process itself started is one of them. */
function processesWith(mark: string): { pid: number; command: string }[] {
  const found: { pid: number; command: string }[] = [];
  if (!existsSync('/proc/self/environ')) return processesNaming(mark.slice(mark.indexOf('=') + 1));
  for (const entry of readdirSync('/proc')) {
    if (OTHERS.has(entry) || !/^\d+$/.test(entry)) continue;
    try {
      const belongs = readFileSync(`/proc/${entry}/environ`, 'utf8').split('\0').includes(mark);
      const command = readFileSync(`/proc/${entry}/cmdline`, 'utf8').split('\0').join(' ').trim();
      // A process that has ended and was not yet waited for has no command.
      if ((belongs || command.includes(mark.slice(mark.indexOf('=') + 1))) && command !== '') {
        found.push({ pid: Number(entry), command });
      }
    } catch {
      // It ended meanwhile.
    }
  }
  return found;
}

/** Where environments cannot be read: what names the folder in its command line. */
function processesNaming(folder: string): { pid: number; command: string }[] {
  const listed = execFileSync('ps', ['-axo', 'pid=,command='], { encoding: 'utf8' });
  return listed
    .split('\n')
    .map((line) => line.trim().match(/^(\d+) (.*)$/))
    .filter((match) => match?.[2]?.includes(folder))
    .map((match) => ({ pid: Number(match?.[1]), command: match?.[2] as string }));
}

function lastJson(stdout: string): unknown {
  const line = stdout.trimEnd().split('\n').at(-1) ?? '';
  try {
    const { version, ...json } = JSON.parse(line);
    return version === 1 ? json : undefined;
  } catch {
    return undefined;
  }
}
