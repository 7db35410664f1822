/** A place inside of a value: its text is made when it is told. */

type Part =
  | string
  | number
  /** A row, by the field that tells it from others; an entry of a Map, by its key. */
  | { by: string; is: string }
  | { entry: string };

export class Path {
  readonly #parts: Part[] = [];

  get depth(): number {
    return this.#parts.length;
  }

  /** Calls `work` one level deeper. */
  within(part: Part, work: () => void): void {
    this.#parts.push(part);
    work();
    this.#parts.pop();
  }

  toString(): string {
    return this.#parts.map(partText).join('').replace(/^\./, '');
  }
}

function partText(part: Part): string {
  if (typeof part === 'number') return `[${part}]`;
  if (typeof part === 'string')
    return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(part) ? `.${part}` : `[${cut(JSON.stringify(part))}]`;
  return 'entry' in part ? `.get(${cut(part.entry)})` : `[${part.by}=${cut(part.is)}]`;
}

const cut = (text: string) => (text.length > 40 ? `${text.slice(0, 39)}…` : text);
