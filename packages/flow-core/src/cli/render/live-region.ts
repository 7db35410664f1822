/** Live progress: a few redrawn lines, and above them the output of tasks, each line with its task's name. */
import { thousands } from '../../definition/thousands';
import type { Output } from './output';
import { duration } from './table';
import { cut } from './text';

/** The shortest time between redraws. Milliseconds. */
const EVERY_MS = 80;

/** A few lines at the bottom of the terminal that are redrawn; what is printed scrolls above them. */
export class LiveRegion {
  readonly #output: Output;
  readonly #lines: () => string[];
  readonly #timer: NodeJS.Timeout;
  #shown = 0;
  #dirty = false;
  #closed = false;

  constructor(output: Output, lines: () => string[]) {
    this.#output = output;
    this.#lines = lines;
    // Redraws without news too: the seconds count on.
    let beats = 0;
    this.#timer = setInterval(() => {
      if (this.#dirty || ++beats % 6 === 0) this.#draw();
    }, EVERY_MS);
    this.#timer.unref();
  }

  changed(): void {
    this.#dirty = true;
  }

  /** @param raw what a step prints */
  print(text: string, raw = false): void {
    this.#output.raw(this.#erase());
    if (raw) this.#output.raw(text);
    else this.#output.write(text);
    this.#dirty = true;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    this.#output.raw(this.#erase());
  }

  #erase(): string {
    const up = this.#shown > 0 ? `\x1b[${this.#shown}A\x1b[0J` : '';
    this.#shown = 0;
    return up;
  }

  #draw(): void {
    this.#dirty = false;
    const lines = this.#lines().map((line) => `${cut(line, this.#output.columns - 1)}\n`);
    this.#output.raw(this.#erase());
    this.#output.write(lines.join(''));
    this.#shown = lines.length;
  }
}

const BAR = 24;
/** Tasks that must end before the remaining time is estimated: the first ones also wait for their workers. */
const ENOUGH = 5;

/** Shows many tasks of a step: a bar, counts, and the estimated remaining time. */
export function progressLine(
  counts: { name: string; planned: number; running: number; done: number; failed: number },
  sinceMs: number,
  { colors }: Output,
): string {
  const { name, planned, running, done, failed } = counts;
  const ended = done + failed;
  const full = Math.round((ended / planned) * BAR);
  const bar = `${colors.cyan('█'.repeat(full))}${colors.dim('░'.repeat(BAR - full))}`;
  const left =
    ended >= ENOUGH && ended < planned
      ? colors.dim(`, ${duration((sinceMs / ended) * (planned - ended))} left`)
      : '';
  return `${colors.cyan('●')} ${name} ${bar} ${thousands(ended)}/${thousands(planned)} ${colors.dim(`${running} running`)}${failed > 0 ? colors.red(` ${failed} failed`) : ''} ${colors.dim(duration(sinceMs))}${left}`;
}

/** Prints the output of concurrent tasks as whole lines. */
export class LabelledLines {
  readonly #output: Output;
  readonly #print: (text: string) => void;
  /** Unfinished lines. */
  readonly #open = new Map<string, string>();

  constructor(output: Output, print: (text: string) => void) {
    this.#output = output;
    this.#print = print;
  }

  add(label: string, stream: 'stdout' | 'stderr', text: string): void {
    const key = `${label} ${stream}`;
    const lines = ((this.#open.get(key) ?? '') + text).split('\n');
    const rest = lines.pop() ?? '';
    if (rest === '') this.#open.delete(key);
    else this.#open.set(key, rest);
    const { dim } = this.#output.colors;
    const head = dim(`${label} ${stream === 'stderr' ? '!' : '│'}`);
    if (lines.length > 0) this.#print(lines.map((line) => `${head} ${line}\n`).join(''));
  }

  /** Call when the task has ended: prints its unfinished lines. */
  close(label: string): void {
    for (const stream of ['stdout', 'stderr'] as const)
      if (this.#open.has(`${label} ${stream}`)) this.add(label, stream, '\n');
  }
}
