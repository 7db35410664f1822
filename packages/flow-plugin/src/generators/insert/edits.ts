/** Edits of a text by offsets. The rest of the text stays unchanged, byte for byte. */
import type { Span } from '@nx-flow/core/source';

export interface Edit extends Span {
  text: string;
}

export function insertAt(offset: number, text: string): Edit {
  return { start: offset, end: offset, text };
}

/** @param edits must not overlap; edits at one offset keep their order */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  let edited = '';
  let at = 0;
  for (const { start, end, text: replacement } of [...edits].sort((a, b) => a.start - b.start)) {
    edited += text.slice(at, start) + replacement;
    at = end;
  }
  return edited + text.slice(at);
}
