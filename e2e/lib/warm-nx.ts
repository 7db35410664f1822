/** The test's side of `nx-process.cjs`: a process that has Nx loaded, and executes the commands of one workspace. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

export interface WarmCommand {
  /** `forget` is no command: its arguments are what the process forgets. */
  program: 'nx' | 'nx-flow' | 'forget';
  args: string[];
  env: NodeJS.ProcessEnv;
  /** Tasks that would be executed fail instead, at once. */
  asking: boolean;
  /** The broker of the workspace's store stays until the process ends. */
  keepsBroker: boolean;
}
export interface WarmResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** What a command leaves at the end of its output, which no command prints. */
const END = '\u0000';

export class WarmNx {
  readonly #child: ChildProcess;
  /** One command at a time. */
  #before: Promise<unknown> = Promise.resolve();

  constructor(folder: string, env: NodeJS.ProcessEnv) {
    // As bin/nx.js has it before it loads anything.
    const { FORCE_COLOR: _, ...rest } = env;
    this.#child = spawn(process.execPath, [join(__dirname, 'nx-process.cjs')], {
      cwd: folder,
      env: { ...rest, NO_COLOR: '1', NX_ORIGINAL_FORCE_COLOR: '0' },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
  }

  execute(command: WarmCommand): Promise<WarmResult> {
    const result = this.#before.then(() => this.#execute(command));
    this.#before = result.catch(() => {});
    return result;
  }

  async close(): Promise<void> {
    const { exitCode, signalCode } = this.#child;
    if (exitCode !== null || signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    (this.#child.stdio[3] as Writable).end();
    await exit;
  }

  async #execute(command: WarmCommand): Promise<WarmResult> {
    const channel = this.#child.stdio[3] as Writable & Readable;
    const { FORCE_COLOR: _, ...env } = command.env;
    channel.write(
      `${JSON.stringify({ ...command, env: { ...env, NO_COLOR: '1', NX_ORIGINAL_FORCE_COLOR: '0' } })}\n`,
    );
    const [stdout, stderr, answer] = await Promise.all([
      until(this.#child.stdout as Readable, END),
      until(this.#child.stderr as Readable, END),
      until(channel, '\n'),
    ]);
    return { code: JSON.parse(answer).code, stdout, stderr };
  }
}

/** What a stream gives before a mark. */
function until(stream: Readable, mark: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const done = () => {
      stream.off('data', take).off('close', lost);
      return Buffer.concat(chunks).toString('utf8');
    };
    const take = (chunk: Buffer) => {
      chunks.push(chunk);
      if (chunk.includes(mark)) resolve(done().replace(mark, ''));
    };
    const lost = () => reject(new Error(`The process of Nx has ended:\n${done()}`));
    stream.on('data', take).on('close', lost);
  });
}
