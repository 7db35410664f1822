/** One walk over the handles of a card. What cannot be shown becomes an error block; the others go on. */
import type { Block } from './document';
import { type CardHost, partOf, type Walk } from './handle';
import { cut, lineOf } from './text';
import { jsonBlock } from './tree';
import { Unshowable, unshown } from './unshowable';

/** How deep components may lie in each other. */
const DEPTH = 12;
/** How many components a card shows, those in cells too. */
const PARTS = 5_000;

export class Walker implements Walk {
  /** Those that were met, by what they are told of changes with. */
  readonly met = new Set<Set<() => void>>();
  #depth = 0;
  #parts = 0;
  /** Those that are being walked: a component that lies in itself is told. */
  readonly #open = new Set<object>();

  constructor(readonly host: CardHost) {}

  block(value: unknown, path = ''): Block {
    if (typeof value === 'string') return { type: 'markdown', text: cut(value) };
    const part = partOf(value);
    try {
      if (!part) return this.#other(value, path);
      this.met.add(part.listeners);
      if (this.#open.has(part)) throw new Unshowable('it lies in itself');
      if (this.#depth >= DEPTH) throw new Unshowable(`it lies more than ${DEPTH} components deep`);
      if (++this.#parts > PARTS)
        throw new Unshowable(`a card shows ${PARTS.toLocaleString('en')} components, and this is one more`);
      this.#depth++;
      this.#open.add(part);
      try {
        return part.block(this);
      } finally {
        this.#depth--;
        this.#open.delete(part);
      }
    } catch (error) {
      return unshown(error, path);
    }
  }

  blocks(values: Iterable<unknown>, path = ''): Block[] {
    const blocks: Block[] = [];
    for (const value of values) blocks.push(this.block(value, path && `${path}[${blocks.length}]`));
    return blocks;
  }

  #other(value: unknown, path: string): Block {
    if (typeof value === 'function')
      throw new Unshowable(`${path || 'what was added'} is a function: ${lineOf(value)}`);
    return jsonBlock(value);
  }
}
