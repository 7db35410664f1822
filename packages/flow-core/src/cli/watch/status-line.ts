/** One line at the bottom of a terminal that is there until something else is printed. */
import type { Output } from '../render/output';
import { cut } from '../render/text';

export class StatusLine {
  readonly #output: Output;
  #shown = '';
  #soon: NodeJS.Timeout | undefined;

  constructor(output: Output) {
    this.#output = output;
  }

  show(text: string): void {
    clearTimeout(this.#soon);
    if (!this.#output.live || text === this.#shown) return;
    const { columns } = process.stdout;
    const { dim } = this.#output.colors;
    // In one write, so that nobody sees the line empty.
    this.#output.raw(`${this.#shown === '' ? '' : ERASE}${dim(cut(text, (columns || 80) - 1))}`);
    this.#shown = text;
  }

  /** What is over within this time would only flicker. Milliseconds. */
  showSoon(text: string, ms = 150): void {
    clearTimeout(this.#soon);
    this.#soon = setTimeout(() => this.show(text), ms);
    this.#soon.unref();
  }

  /** The terminal has another width. */
  resized(): void {
    const text = this.#shown;
    this.clear();
    if (text !== '') this.show(text);
  }

  clear(): void {
    clearTimeout(this.#soon);
    if (this.#shown !== '') this.#output.raw(ERASE);
    this.#shown = '';
  }
}

const ERASE = '\r\x1b[2K';
