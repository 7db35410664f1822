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
  readonly #any: RegExp;
  readonly #at: RegExp;
  readonly #byFirst = new Map<string, Form[]>();

  /** @param forms the texts, not empty, without line breaks */
  constructor(forms: Iterable<Form>) {
    // The longest first: of two that begin at one place, it is the one that is found.
    const sorted = [...forms]
      .filter((form) => form.length > 0 && form.every((piece) => piece.length > 0))
      .sort((a, b) => lengthOf(b, Math.min) - lengthOf(a, Math.min));
    this.longest = Math.max(0, ...sorted.map((form) => lengthOf(form, Math.max)));
    this.#shortest = Math.min(...sorted.map((form) => lengthOf(form, Math.min)));
    const source = [...new Set(sorted.map(sourceOf))].join('|');
    this.#any = new RegExp(source);
    this.#at = new RegExp(`(?=(${source}))`, 'g');
    const hints = sorted.map(hintOf);
    if (hints.length > 0 && hints.every((hint) => hint.length >= TELLING))
      this.#hints = new AnyOf([...new Set(hints)]);
    for (const form of sorted)
      for (const first of new Set((form[0] as string[]).map((text) => text[0] as string)))
        this.#byFirst.set(first, [...(this.#byFirst.get(first) ?? []), form]);
  }

  /** Whether one of the texts is in it. */
  test(text: string): boolean {
    return this.#may(text) && this.#any.test(text);
  }

  /** Where the first one begins; -1 when there is none. */
  search(text: string): number {
    return this.#may(text) ? text.search(this.#any) : -1;
  }

  #may(text: string): boolean {
    return text.length >= this.#shortest && (this.#hints?.test(text) ?? true);
  }

  /** Where they are; those that overlap are one. @param covered so many signs at the beginning belong to one already */
  spans(text: string, covered = 0): Span[] {
    const spans: Span[] = covered > 0 ? [[0, covered]] : [];
    if (!this.test(text)) return spans;
    for (const { index, 1: form } of text.matchAll(this.#at)) {
      const last = spans.at(-1);
      const to = index + (form as string).length;
      if (last && index < last[1]) last[1] = Math.max(last[1], to);
      else spans.push([index, to]);
    }
    return spans;
  }

  /** How many signs at the end may be the beginning of one of the texts. */
  pending(text: string): number {
    // None has a line break in it.
    const line = text.lastIndexOf('\n') + 1;
    for (let at = Math.max(line, text.length - this.longest + 1); at < text.length; at++) {
      const forms = this.#byFirst.get(text[at] as string);
      if (forms?.some((form) => begins(form, text, at))) return text.length - at;
    }
    return 0;
  }

  /** Where it was cut off within one of the texts, at its end or where signs say so, and enough of that is left. */
  cutSpans(text: string): Span[] {
    const ends = [...text.matchAll(CUT)].map(({ index }) => index);
    return [...ends, text.length].flatMap((end): Span[] => {
      const pending = this.pending(text.slice(0, end));
      return pending >= SHORTEST ? [[end - pending, end]] : [];
    });
  }
}

/** Whether the rest of a text is the beginning of a form, and not all of it. */
function begins(form: Form, text: string, from: number): boolean {
  let ends = new Set([from]);
  for (const piece of form) {
    const next = new Set<number>();
    for (const at of ends) {
      const left = text.length - at;
      for (const written of piece)
        if (written.length > left) {
          if (written.startsWith(text.slice(at))) return true;
        } else if (text.startsWith(written, at)) next.add(at + written.length);
    }
    if (next.size === 0) return false;
    ends = next;
  }
  return false;
}

function lengthOf(form: Form, which: typeof Math.min): number {
  return form.reduce((sum, piece) => sum + which(...piece.map(({ length }) => length)), 0);
}

/** The longest piece that is always written as it is. */
function hintOf(form: Form): string {
  const sure = form.flatMap((piece) => (piece.length === 1 ? piece : []));
  return sure.reduce((longest, text) => (text.length > longest.length ? text : longest), '');
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
