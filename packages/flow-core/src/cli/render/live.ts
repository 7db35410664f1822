/** A few lines at the bottom of the terminal that are redrawn; what is printed scrolls above them. */
import type { Output } from './output';
import { cut } from './table';

/** Redraws at most so often. Milliseconds. */
const EVERY_MS = 80;

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
    // Also without news: the seconds go on.
    let beats = 0;
    this.#timer = setInterval(() => {
      if (this.#dirty || ++beats % 6 === 0) this.#draw();
    }, EVERY_MS);
    this.#timer.unref();
  }

  changed(): void {
    this.#dirty = true;
  }

  print(text: string): void {
    this.#output.write(this.#erase() + text);
    this.#dirty = true;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    this.#output.write(this.#erase());
  }

  #erase(): string {
    const up = this.#shown > 0 ? `\x1b[${this.#shown}A\x1b[0J` : '';
    this.#shown = 0;
    return up;
  }

  #draw(): void {
    this.#dirty = false;
    const lines = this.#lines().map((line) => `${cut(line, this.#output.columns - 1)}\n`);
    const erased = this.#erase();
    this.#output.write(erased + lines.join(''));
    this.#shown = lines.length;
  }
}
