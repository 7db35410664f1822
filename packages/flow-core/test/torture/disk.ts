/** A file system of some kilobytes in a folder, or one that can only be read, which only commands within it see. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { basename, dirname } from 'node:path';

export class Disk {
  readonly #pid: number;
  readonly #end: () => Promise<unknown>;

  private constructor(pid: number, end: () => Promise<unknown>) {
    this.#pid = pid;
    this.#end = end;
  }

  /** Undefined where this user may mount none. */
  static async mount(folder: string, mount: string): Promise<Disk | undefined> {
    const child = spawn(
      'unshare',
      ['-rm', '/bin/sh', '-c', `${mount} && echo mounted && read end`, basename(folder)],
      {
        // It is no process of the workspace: its folder stands in no command line.
        cwd: dirname(folder),
        stdio: ['pipe', 'pipe', 'ignore'],
      },
    );
    const ended = once(child, 'close');
    const mounted = await Promise.race([once(child.stdout, 'data'), ended.then(() => undefined)]).catch(
      () => undefined,
    );
    if (!mounted) return undefined;
    return new Disk(child.pid as number, () => {
      child.stdin.end();
      return ended;
    });
  }

  /** What executes a command within. @param cwd its working directory */
  under(cwd = process.cwd()): string[] {
    return ['nsenter', '-t', String(this.#pid), '-U', '-m', '--preserve-credentials', `--wd=${cwd}`];
  }

  /** @throws unless it ends with 0 */
  sh(script: string, ...args: string[]): void {
    const [file = '', ...rest] = [...this.under(), '/bin/sh', '-c', script, 'sh', ...args];
    const { status, stderr } = spawnSync(file, rest, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${script}: ${stderr}`);
  }

  async end(): Promise<void> {
    await this.#end();
  }
}

/** For {@link Disk.mount}. */
export const small = (kilobytes: number) => `mount -t tmpfs -o size=${kilobytes}k tmpfs "$0"`;
export const READ_ONLY = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0"';
