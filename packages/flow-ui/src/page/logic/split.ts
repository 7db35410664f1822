/** A split as people write it: `2`, or `2,0` in nested foreaches. */

/** @returns a sentence where it cannot be read */
export function splitOf(text: string): readonly number[] | string {
  const parts = text.trim() === '' ? [] : text.trim().split(/\s*[,.]\s*/);
  return parts.every((part) => /^\d{1,15}$/.test(part))
    ? parts.map(Number)
    : 'A split is a number from 0; of nested foreaches write 2,0.';
}
