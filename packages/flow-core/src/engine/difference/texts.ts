/** Compares two texts: line by line where they have several, else from the first place in which they differ. */

import type { TextDifference } from '../task/difference';
import { align } from './align';
import type { Found } from './found';
import { cut, quoted } from './short';

/** Longer texts are not taken apart. Characters. */
const LINES_UP_TO = 50_000_000;
/** The most characters of a line that are told. */
const WIDTH = 200;
/** Characters before the first place in which two texts differ. */
const LEAD = 10;

export function compareTexts(before: string, after: string, found: Found): void {
  const isLong = before.length + after.length > LINES_UP_TO;
  if (!isLong && (before.includes('\n') || after.includes('\n'))) compareLines(before, after, found);
  else compareCharacters(before, after, found);
}

function compareCharacters(before: string, after: string, found: Found): void {
  found.count('changed');
  const { width } = found.bounds;
  const from =
    Math.max(before.length, after.length) <= width ? 0 : Math.max(0, firstOf(before, after) - LEAD);
  found.tell((path) => ({
    ...{ kind: 'changed', path },
    before: quoted(before, from, width),
    after: quoted(after, from, width),
  }));
}

function firstOf(before: string, after: string): number {
  let at = 0;
  while (at < before.length && before[at] === after[at]) at++;
  return at;
}

function compareLines(before: string, after: string, found: Found): void {
  const [old, now] = [before.split('\n'), after.split('\n')];
  found.spend((before.length + after.length) / 64);
  const different = align(old, now, (work) => found.spend(work)).filter(([i, j]) => old[i] !== now[j]);
  found.count('changed');
  found.tell((path): TextDifference => {
    const lines: TextDifference['lines'] = [];
    for (const [i, j] of different) {
      if (lines.length >= found.room) break;
      if (i >= 0) lines.push({ line: i + 1, sign: '-', text: cut(old[i] as string, WIDTH) });
      if (j >= 0) lines.push({ line: j + 1, sign: '+', text: cut(now[j] as string, WIDTH) });
    }
    const added = different.filter(([, j]) => j >= 0).length;
    return { kind: 'text', path, added, removed: different.filter(([i]) => i >= 0).length, lines };
  });
}
