/** Finds any of many texts in another. What it finds is the same wherever a text is cut into pieces. */
import { SHORTEST } from './forms';

/** From the first sign up to, and without, the last. */
export type Span = [from: number, to: number];

/** What Node's printer and shortened texts put where they leave the rest out, with the quote before it. */
const CUT = /['"`]?(?:\.\.\. \d+ more characters?|…)/g;

export class Matcher {
  /** The length of the longest text, in characters. */
  readonly longest: number;
  readonly #shortest: number;
  readonly #any: RegExp;
  readonly #at: RegExp;
  readonly #byFirst = new Map<string, string[]>();

  /** @param forms the texts, not empty, without line breaks */
  constructor(forms: Iterable<string>) {
    // The longest first: of two that begin at one place, it is the one that is found.
    const sorted = [...new Set(forms)].sort((a, b) => b.length - a.length);
    this.longest = sorted[0]?.length ?? 0;
    this.#shortest = sorted.at(-1)?.length ?? Number.POSITIVE_INFINITY;
    const source = sorted.map((form) => form.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('|');
    this.#any = new RegExp(source);
    this.#at = new RegExp(`(?=(${source}))`, 'g');
    for (const form of sorted) {
      const first = form[0] as string;
      this.#byFirst.set(first, [...(this.#byFirst.get(first) ?? []), form]);
    }
  }

  /** Whether one of the texts is in it. */
  test(text: string): boolean {
    return text.length >= this.#shortest && this.#any.test(text);
  }

  /** Where the first one begins; -1 when there is none. */
  search(text: string): number {
    return text.length >= this.#shortest ? text.search(this.#any) : -1;
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
      if (!forms) continue;
      const end = text.slice(at);
      if (forms.some((form) => form.length > end.length && form.startsWith(end))) return end.length;
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
