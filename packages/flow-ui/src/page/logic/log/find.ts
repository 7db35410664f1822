/** Search in a log. */
import { plain } from './ansi';
import type { Line } from './lines';

/** The numbers of the lines that have the text, whatever its case. An empty text is in none. */
export function find(lines: readonly Line[], text: string, from = 0): number[] {
  const sought = text.toLowerCase();
  if (sought === '') return [];
  const found: number[] = [];
  for (let i = from; i < lines.length; i++) {
    if (
      plain((lines[i] as Line).text)
        .toLowerCase()
        .includes(sought)
    )
      found.push(i);
  }
  return found;
}

/** The next of the found lines after the one that is shown, or the last before it; round at the ends. */
export function nextOf(found: readonly number[], line: number, direction: 1 | -1): number | undefined {
  if (found.length === 0) return undefined;
  return direction === 1
    ? (found.find((at) => at > line) ?? found[0])
    : (found.findLast((at) => at < line) ?? found.at(-1));
}

/** Cuts a text where the sought one is in it: every second part is a hit. */
export function hits(text: string, sought: string): string[] {
  if (sought === '') return [text];
  const parts: string[] = [];
  const lower = text.toLowerCase();
  const part = sought.toLowerCase();
  // Where lower case has another length, places would not be those of the text.
  if (lower.length !== text.length) return [text];
  let from = 0;
  for (let at = lower.indexOf(part); at >= 0; at = lower.indexOf(part, from)) {
    parts.push(text.slice(from, at), text.slice(at, at + part.length));
    from = at + part.length;
  }
  parts.push(text.slice(from));
  return parts;
}
