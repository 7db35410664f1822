/** A watch that goes on in a process of its own, and the lines that it has answered with. */
import { readFileSync } from 'node:fs';
import type { WatchedSpinJson, WatchedThroughJson, WatchJson } from '../../../src/cli/json/shapes';
import type { RunOptions, Started, Workspace } from '../../kit/workspace';

export type Line = Exclude<WatchJson, WatchedThroughJson>;
export type Spun = WatchedSpinJson;

/** How long an answer may take, on a machine that does much else. Milliseconds. */
const PATIENCE_MS = 20_000;

export class Watched {
  readonly started: Started;
  readonly lines: Line[] = [];
  #rest = '';
  #heard: () => void = () => {};

  constructor(workspace: Workspace, args: readonly string[], options?: RunOptions) {
    this.started = workspace.start(['spin', ...args, '--watch', '--json'], options);
    this.started.child.stdout?.on('data', (text: string) => this.#read(text));
    // What it waits for may never come.
    void this.started.done.then(() => this.#heard());
  }

  /** The first line that is right, from the line of this number on. @throws after a while, with what came instead */
  async line(from: number, right: (line: Line) => boolean, what = 'such a line'): Promise<Line> {
    const end = Date.now() + PATIENCE_MS;
    for (let at = from; ; ) {
      for (; at < this.lines.length; at++) if (right(this.lines[at] as Line)) return this.lines[at] as Line;
      const left = end - Date.now();
      const { exitCode, signalCode } = this.started.child;
      if (left <= 0 || exitCode !== null || signalCode !== null) {
        const came = this.lines.slice(from).map((line) => JSON.stringify(line));
        throw new Error(`Waited in vain for ${what}. It answered:\n${came.join('\n') || 'nothing'}`);
      }
      await this.#next(left);
    }
  }

  /** The next spin. */
  async spun(from = this.lines.length): Promise<Spun> {
    return (await this.line(from, ({ watch }) => watch === 'spun', 'a spin')) as Spun;
  }

  /** Megabytes that it has in memory. */
  get megabytes(): number {
    const status = readFileSync(`/proc/${this.started.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1000;
  }

  /** Ends it as Ctrl-C does. @returns its exit code */
  async end(signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
    this.started.child.kill(signal);
    return (await this.started.done).code;
  }

  #next(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#heard = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #read(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() as string;
    for (const line of lines) this.lines.push(JSON.parse(line));
    this.#heard();
  }
}
