/** Edits of a text by offsets: what they do not name stays as it is, byte for byte. */
import type { Span } from '@nx-flow/core/source';

export interface Edit extends Span {
  text: string;
}

export function insertAt(offset: number, text: string): Edit {
  return { start: offset, end: offset, text };
}

/** @param edits They do not overlap; of those at one place, the first comes first. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  let edited = '';
  let at = 0;
  for (const { start, end, text: replacement } of [...edits].sort((a, b) => a.start - b.start)) {
    edited += text.slice(at, start) + replacement;
    at = end;
  }
  return edited + text.slice(at);
}
