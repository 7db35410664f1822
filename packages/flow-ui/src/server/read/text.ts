/** Texts for lines, and what queries say. */

/** Characters of a line. */
const LONGEST = 300;

export function firstLine(text: string): string {
  const [line = ''] = text.split('\n', 1);
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

/** From where on something is asked for: anything but a number above 0 means from its beginning. */
export function fromOf(text: string | undefined): number {
  const from = Number(text);
  return Number.isSafeInteger(from) && from > 0 ? from : 0;
}
