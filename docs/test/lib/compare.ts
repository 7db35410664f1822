/** Compares what a command printed with what a page shows, as loosely as its reader does. */
import { stripVTControlCharacters } from 'node:util';

/** Figures and ids that differ from one execution to the next. Each becomes one sign, on both sides. */
const VARYING: [RegExp, string][] = [
  [/\bjust now\b|\b\d+ (s|min|h) ago\b/g, '#'],
  [/\bup to \d+ workers?\b/g, '#'],
  [/\b\d+(\.\d+)? (ms|s|min|h|B|KB|MB)\b/g, '#'],
  [/\b\d{1,3}\.\d{1,3}\b/g, '#'],
];

/**
 * Undefined if the printed text is as expected, else the line that was not found. Lines are compared in order; `…` is
 * any text, and a line that is `…` alone any number of lines. Times, sizes and the width of columns do not count.
 */
export function missingLine(expected: string, printed: string): string | undefined {
  const lines = normal(printed);
  let at = 0;
  let skipping = false;
  for (const line of normal(expected)) {
    if (line === '…') {
      skipping = true;
      continue;
    }
    const pattern = new RegExp(`^${line.split('…').map(escaped).join('.*')}$`);
    const found = lines.findIndex((candidate, i) => i >= at && pattern.test(candidate));
    if (found < 0 || (!skipping && found > at)) return line;
    at = found + 1;
    skipping = false;
  }
  return at < lines.length && !skipping ? `(the end, but the command went on: ${lines[at]})` : undefined;
}

function normal(text: string): string[] {
  return stripVTControlCharacters(text)
    .split('\n')
    .map((line) => {
      let one = line.replace(/\s+/g, ' ').trim();
      for (const [pattern, sign] of VARYING) one = one.replace(pattern, sign);
      return one;
    })
    .filter((line) => line !== '');
}

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/**
 * Undefined if the value has the shape that a page shows, else where it differs: the same names in every object, the
 * same types; of a list, each shown item's shape against the item at its place. `"…"` is anything.
 */
export function otherShape(shown: unknown, value: unknown, path = '$'): string | undefined {
  if (shown === '…') return undefined;
  const [wanted, got] = [kindOf(shown), kindOf(value)];
  if (wanted !== got) return `${path} is ${got}, and the page shows ${wanted}`;
  if (Array.isArray(shown)) {
    for (const [i, item] of shown.entries()) {
      if (item === '…') return undefined;
      const other = otherShape(item, (value as unknown[])[i], `${path}[${i}]`);
      if (other) return other;
    }
    return undefined;
  }
  if (wanted !== 'object') return undefined;
  const [page, real] = [shown as Record<string, unknown>, value as Record<string, unknown>];
  if (Object.hasOwn(page, '…')) {
    for (const name of Object.keys(page)) {
      if (name === '…') continue;
      const other = otherShape(page[name], real[name], `${path}.${name}`);
      if (other) return other;
    }
    return undefined;
  }
  const names = Object.keys(page).sort().join(', ');
  const there = Object.keys(real).sort().join(', ');
  if (names !== there) return `${path} has ${there || 'no names'}, and the page shows ${names || 'none'}`;
  for (const name of Object.keys(page)) {
    const other = otherShape(page[name], real[name], `${path}.${name}`);
    if (other) return other;
  }
  return undefined;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : typeof value;
}
