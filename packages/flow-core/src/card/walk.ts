/** One walk over the handles of a card. What cannot be shown becomes an error block; the others go on. */
import type { Block } from './document';
import { type CardHost, partOf, type Walk } from './handle';
import { cut, lineOf } from './text';
import { jsonBlock } from './tree';
import { Unshowable, unshown } from './unshowable';
import { weightOf } from './weight';

/** How deep components may lie in each other. */
const DEPTH = 12;
/** How many components a card shows, those in cells too. */
const PARTS = 5_000;
/** Characters of all that a card shows. */
const CHARACTERS = 32_000_000;

export class Walker implements Walk {
  /** Those that were met, by what they are told of changes with. */
  readonly met = new Set<Set<() => void>>();
  #depth = 0;
  #parts = 0;
  #characters = 0;
  /** Those that are being walked: a component that lies in itself is told. */
  readonly #open = new Set<object>();

  constructor(readonly host: CardHost) {}

  block(value: unknown, path = ''): Block {
    try {
      if (++this.#parts > PARTS)
        throw new Unshowable(`a card shows ${PARTS.toLocaleString('en')} components, and this is one more`);
      if (typeof value === 'string') return this.#weighed({ type: 'markdown', text: cut(value) });
      const part = partOf(value);
      if (!part) return this.#weighed(this.#other(value, path));
      this.met.add(part.listeners);
      if (this.#open.has(part)) throw new Unshowable('it lies in itself');
      if (this.#depth >= DEPTH) throw new Unshowable(`it lies more than ${DEPTH} components deep`);
      this.#depth++;
      this.#open.add(part);
      try {
        return this.#weighed(part.block(this));
      } finally {
        this.#depth--;
        this.#open.delete(part);
      }
    } catch (error) {
      return unshown(error, path);
    }
  }

  blocks(
    values: readonly unknown[],
    path = '',
    block: (value: unknown, path?: string) => Block = (value, at) => this.block(value, at),
  ): Block[] {
    const blocks: Block[] = [];
    for (let i = 0; i < values.length; i++) {
      if (this.#parts > PARTS || i === PARTS) {
        const left = (values.length - i).toLocaleString('en');
        blocks.push(unshown(new Unshowable(`${left} more are not shown`)));
        break;
      }
      blocks.push(block(values[i], path && `${path}[${i}]`));
    }
    return blocks;
  }

  #weighed(block: Block): Block {
    this.#characters += weightOf(block);
    if (this.#characters <= CHARACTERS) return block;
    throw new Unshowable(
      `the card is full: it shows ${CHARACTERS.toLocaleString('en')} characters, images among them`,
    );
  }

  #other(value: unknown, path: string): Block {
    if (typeof value === 'function')
      throw new Unshowable(`${path || 'what was added'} is a function: ${lineOf(value)}`);
    return jsonBlock(value);
  }
}
