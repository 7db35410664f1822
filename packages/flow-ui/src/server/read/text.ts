/** Texts for lines. */

/** Characters of a line. */
const LONGEST = 300;

export function firstLine(text: string): string {
  const [line = ''] = text.split('\n', 1);
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}
