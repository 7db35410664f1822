/** The lines of a log, as its pieces come: a piece is one or more whole or partial lines of one stream. */
import type { LogReply } from '../../../api/routes';

export type Piece = LogReply['pieces'][number];

export interface Line {
  text: string;
  stream: Piece['stream'];
  attempt: number;
  /** Milliseconds since 1970. */
  at: number;
}

export class Lines {
  readonly all: Line[];
  /** The line of each stream that has not ended yet. */
  readonly #open = new Map<string, Line>();

  constructor(all: Line[] = []) {
    this.all = all;
  }

  add(pieces: readonly Piece[]): void {
    for (const piece of pieces) this.#add(piece);
  }

  /** All lines, and those of `pieces` after them, which may come again by {@link add}. */
  before(pieces: readonly Piece[]): readonly Line[] {
    if (pieces.length === 0) return this.all;
    const copy = new Lines([...this.all]);
    for (const [key, line] of this.#open) {
      const own = { ...line };
      copy.all[copy.all.lastIndexOf(line)] = own;
      copy.#open.set(key, own);
    }
    copy.add(pieces);
    return copy.all;
  }

  #add({ stream, attempt, at, text }: Piece): void {
    const key = `${attempt} ${stream}`;
    const parts = text.split('\n');
    const last = parts.length - 1;
    for (const [i, part] of parts.entries()) {
      const open = this.#open.get(key);
      if (open) open.text += part;
      else if (i < last || part !== '') {
        const line: Line = { text: part, stream, attempt, at };
        this.all.push(line);
        this.#open.set(key, line);
      }
      if (i < last) this.#open.delete(key);
    }
  }
}
