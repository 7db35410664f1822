/**
 * Finds many texts in another quickly: it looks at a few signs of it only, and goes on behind those that no text has (Wu and Manber). A pattern with hundreds of texts looks at each sign as often.
 */

/** Places for pairs of signs; two pairs may share one. */
const PAIRS = 1 << 14;

export class AnyOf {
  /** How many signs of each text are looked at: its first ones. */
  readonly #length: number;
  /** By the last two signs of a place: how many places further the next can be at which a text begins. */
  readonly #shifts: Uint8Array;
  readonly #byPair = new Map<number, string[]>();

  /** @param texts of two signs or more */
  constructor(texts: readonly string[]) {
    this.#length = Math.min(255, ...texts.map((text) => text.length));
    this.#shifts = new Uint8Array(PAIRS).fill(this.#length - 1);
    for (const text of texts)
      for (let at = 1; at < this.#length; at++) {
        const pair = pairAt(text, at);
        const left = this.#length - 1 - at;
        this.#shifts[pair] = Math.min(left, this.#shifts[pair] as number);
        if (left === 0) this.#byPair.set(pair, [...(this.#byPair.get(pair) ?? []), text]);
      }
  }

  /** Each place at which one of them is, by the places. */
  *places(text: string): Generator<[one: string, at: number], void, undefined> {
    for (let at = this.#length - 1; at < text.length; ) {
      const pair = pairAt(text, at);
      const shift = this.#shifts[pair] as number;
      if (shift === 0) {
        const from = at - this.#length + 1;
        for (const one of this.#byPair.get(pair) ?? []) if (text.startsWith(one, from)) yield [one, from];
      }
      at += shift || 1;
    }
  }
}

/** The place of a sign and the one before it. */
const pairAt = (text: string, at: number) =>
  (text.charCodeAt(at - 1) * 137 + text.charCodeAt(at)) & (PAIRS - 1);
