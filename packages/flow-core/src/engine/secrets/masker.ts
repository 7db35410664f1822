/** Masks secrets in texts for people: whole ones, and those that come in pieces. */
import { SHORTEST } from './forms';
import type { Matcher, Span } from './matcher';

/** What stands in the place of a secret. */
export const MASK = '***';

/** A text with each secret masked; also one that it was cut off in, if six characters of it are left. */
export function masked(text: string, matcher: Matcher): string {
  return replaced(text, [...matcher.spans(text), ...matcher.cutSpans(text)]);
}

function replaced(text: string, found: readonly Span[]): string {
  if (found.length === 0) return text;
  let out = '';
  let at = 0;
  for (const [from, to] of found.toSorted(([a], [b]) => a - b)) {
    // It overlaps with the one before.
    if (from < at) at = Math.max(at, to);
    else {
      out += `${text.slice(at, from)}${MASK}`;
      at = to;
    }
  }
  return out + text.slice(at);
}

/**
 * The same for a text that comes in pieces, wherever it is cut: what may be the beginning of a secret is held back until the
 * next piece, or the end.
 */
export class MaskedStream {
  readonly #matcher: Matcher;
  #held = '';
  /** So many signs of what is held belong to a secret whose mask was given. */
  #covered = 0;

  constructor(matcher: Matcher) {
    this.#matcher = matcher;
  }

  /** Returns what can be shown now. */
  write(piece: string): string {
    const text = this.#held + piece;
    const until = text.length - this.#matcher.pending(text);
    const spans = this.#matcher.spans(text, this.#covered);
    let out = '';
    // The mask of what is covered was given before, also where nothing can be shown yet.
    let at = this.#covered > 0 ? (spans.shift()?.[1] ?? 0) : 0;
    for (const [from, to] of spans) {
      if (from >= until) break;
      out += `${text.slice(at, from)}${MASK}`;
      at = to;
    }
    if (at < until) out += text.slice(at, until);
    this.#held = text.slice(until);
    this.#covered = Math.max(0, at - until);
    return out;
  }

  /** Returns the rest: no more pieces come. */
  end(): string {
    const [text, covered] = [this.#held, this.#covered];
    this.#held = '';
    this.#covered = 0;
    // All of it is the beginning of a secret.
    if (text.length >= SHORTEST) return covered > 0 ? '' : MASK;
    return text.slice(covered);
  }
}

/**
 * A value of plain data whose texts are masked. Where there is nothing to mask, it is the value itself.
 * @param numbers a number whose digits hold a secret becomes a text
 */
export function maskedTexts<T>(value: T, mask: (text: string) => string, numbers = false): T {
  if (typeof value === 'string') return mask(value) as T;
  if (numbers && typeof value === 'number') {
    const text = mask(String(value));
    return text === String(value) ? value : (text as T);
  }
  if (typeof value !== 'object' || value === null) return value;
  let changed = false;
  const each = (inner: unknown) => {
    const now = maskedTexts(inner, mask, numbers);
    changed ||= now !== inner;
    return now;
  };
  const copy = Array.isArray(value)
    ? value.map(each)
    : Object.fromEntries(Object.entries(value).map(([name, inner]) => [each(name), each(inner)]));
  return changed ? (copy as T) : value;
}
