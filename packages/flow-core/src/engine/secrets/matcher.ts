/** Finds any of many texts in another. What it finds is the same wherever a text is cut into pieces. */
import { AnyOf } from './any-of';
import type { Form } from './encodings';
import { SHORTEST } from './forms';

/** From the first sign up to, and without, the last. */
export type Span = [from: number, to: number];

/** What Node's printer and shortened texts put where they leave the rest out, with the quote before it. */
const CUT = /['"`]?(?:\.\.\. \d+ more characters?|…)/g;

/** So short a part of a text is in most others. */
const TELLING = 3;

export class Matcher {
  /** The length of the longest text, in characters. */
  readonly longest: number;
  readonly #shortest: number;
  /** A part of each text that all its writings have: quick to look for. Undefined when one has none. */
  readonly #hints: AnyOf | undefined;
  /** How many signs are before a hint, at least and at most, in the texts that have it. */
  readonly #before = new Map<string, Span>();
  readonly #at: RegExp;
  /** By the two signs that one of its writings begins with. */
  readonly #byPair = new Map<number, Form[]>();
  readonly #firsts = new Set<string>();
  /** Whether signs that say where a text was cut are in one of them. */
  readonly #hasCut: boolean;

  /** @param forms the texts, not empty, without line breaks */
  constructor(forms: Iterable<Form>) {
    // The longest first: of two that begin at one place, it is the one that is found.
    const sorted = [...forms]
      .filter((form) => form.length > 0 && form.every((piece) => piece.length > 0))
      .sort((a, b) => lengthOf(b, Math.min) - lengthOf(a, Math.min));
    this.longest = Math.max(0, ...sorted.map((form) => lengthOf(form, Math.max)));
    this.#shortest = Math.min(...sorted.map((form) => lengthOf(form, Math.min)));
    this.#at = new RegExp([...new Set(sorted.map(sourceOf))].join('|'), 'y');
    const hints = sorted.map(hintOf);
    if (hints.length > 0 && hints.every(({ text }) => text.length >= TELLING)) {
      for (const { text, before } of hints) {
        const [least, most] = this.#before.get(text) ?? before;
        this.#before.set(text, [Math.min(least, before[0]), Math.max(most, before[1])]);
      }
      this.#hints = new AnyOf([...this.#before.keys()]);
    }
    for (const form of sorted)
      for (const two of beginningsOf(form)) {
        this.#firsts.add(two[0] as string);
        const pair = pairAt(two, 0);
        this.#byPair.set(pair, [...(this.#byPair.get(pair) ?? []), form]);
      }
    this.#hasCut = sorted.some((form) => /…|more character/.test(form.map(([text]) => text).join('')));
  }

  /** Whether one of the texts is in it. */
  test(text: string): boolean {
    return this.search(text) >= 0;
  }

  /** Where the first one begins; -1 when there is none. */
  search(text: string): number {
    for (const at of this.#candidates(text)) if (this.#endOf(text, at) >= 0) return at;
    return -1;
  }

  /** Where they are; those that overlap are one. @param covered so many signs at the beginning belong to one already */
  spans(text: string, covered = 0): Span[] {
    const spans: Span[] = covered > 0 ? [[0, covered]] : [];
    for (const at of this.#candidates(text)) {
      const to = this.#endOf(text, at);
      if (to < 0) continue;
      const last = spans.at(-1);
      if (last && at < last[1]) last[1] = Math.max(last[1], to);
      else spans.push([at, to]);
    }
    return spans;
  }

  /** Where one may begin, in order. */
  #candidates(text: string): Iterable<number> {
    if (text.length < this.#shortest) return [];
    if (!this.#hints) return Array(text.length).keys();
    const found = new Set<number>();
    for (const [hint, place] of this.#hints.places(text)) {
      const [least, most] = this.#before.get(hint) as Span;
      for (let at = Math.max(0, place - most); at <= place - least; at++) found.add(at);
    }
    return [...found].sort((a, b) => a - b);
  }

  /** Where the one ends that begins there; -1 when none does. */
  #endOf(text: string, at: number): number {
    this.#at.lastIndex = at;
    return this.#at.test(text) ? this.#at.lastIndex : -1;
  }

  /** How many signs at the end may be the beginning of one of the texts. */
  pending(text: string): number {
    const { length } = text;
    const pending = this.#pending(text, 0, length, 2);
    return pending === 0 && this.#firsts.has(text[length - 1] as string) ? 1 : pending;
  }

  /** The same before a place, of two signs or more. @param from where it begins at the earliest */
  #pending(text: string, from: number, end: number, least: number): number {
    const first = Math.max(from, end - this.longest + 1, 0);
    // None has a line break in it.
    const line = first + text.slice(first, end).lastIndexOf('\n') + 1;
    for (let at = line; at <= end - least; at++) {
      const forms = this.#byPair.get(pairAt(text, at));
      if (forms?.some((form) => begins(form, text, at, end))) return end - at;
    }
    return 0;
  }

  /** Where it was cut off within one of the texts, at its end or where signs say so, and enough of that is left. */
  cutSpans(text: string): Span[] {
    const spans: Span[] = [];
    let from = 0;
    for (const end of [...[...text.matchAll(CUT)].map(({ index }) => index), text.length]) {
      const pending = this.#pending(text, from, end, SHORTEST);
      if (pending > 0) spans.push([end - pending, end]);
      if (!this.#hasCut) from = end;
    }
    return spans;
  }
}

/** Whether the rest of a text up to a place is the beginning of a form, and not all of it. */
function begins(form: Form, text: string, from: number, end: number): boolean {
  let ends = new Set([from]);
  for (const piece of form) {
    const next = new Set<number>();
    for (const at of ends) {
      const left = end - at;
      for (const written of piece)
        if (written.length > left) {
          if (written.startsWith(text.slice(at, end))) return true;
        } else if (text.startsWith(written, at)) next.add(at + written.length);
    }
    if (next.size === 0) return false;
    ends = next;
  }
  return false;
}

/** A sign and the next one. */
const pairAt = (text: string, at: number) => text.charCodeAt(at) * 0x10000 + text.charCodeAt(at + 1);

function lengthOf(form: Form, which: typeof Math.min): number {
  return form.reduce((sum, piece) => sum + which(...piece.map(({ length }) => length)), 0);
}

/** The longest piece that is always written as it is, and how many signs are before it. */
function hintOf(form: Form): { text: string; before: Span } {
  const sure = form.flatMap((piece, i) => (piece.length === 1 ? [{ text: piece[0] as string, i }] : []));
  const { text, i } = sure.reduce((one, other) => (other.text.length > one.text.length ? other : one), {
    text: '',
    i: 0,
  });
  const before = form.slice(0, i);
  return { text, before: [lengthOf(before, Math.min), lengthOf(before, Math.max)] };
}

/** The two signs that its writings begin with; one sign where that is all. */
function beginningsOf(form: Form): Set<string> {
  const [first = [], second = ['']] = form;
  return new Set(
    first.flatMap((text) =>
      text.length > 1 ? [text.slice(0, 2)] : second.map((next) => `${text}${next.slice(0, 1)}`),
    ),
  );
}

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

function sourceOf(form: Form): string {
  return form.map(pieceSource).join('');
}

function pieceSource(piece: readonly string[]): string {
  if (piece.length === 1) return escaped(piece[0] as string);
  return `(?:${piece
    .toSorted((a, b) => b.length - a.length)
    .map(escaped)
    .join('|')})`;
}
