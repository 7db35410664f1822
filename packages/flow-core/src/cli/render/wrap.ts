/** Breaks text at words, for a terminal of some width. */
import type { Output } from './output';
import { textWidth } from './text';

/** Each line of the text, broken so that it fits; a word that is longer than a line stays whole. @param indent Stands before all lines but the first. */
export function wrap(text: string, width: number, indent = ''): string {
  return text
    .split('\n')
    .flatMap((line) => wrapLine(line, width, indent))
    .join('\n');
}

/** As {@link wrap}, where the text goes to a terminal. */
export function wrapped(text: string, { wrapAt }: Output, indent = ''): string {
  return wrapAt === undefined ? text : wrap(text, wrapAt, indent);
}

function wrapLine(line: string, width: number, indent: string): string[] {
  if (textWidth(line) <= width) return [line];
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(/(?<=\S) /)) {
    const longer = current === '' ? word : `${current} ${word}`;
    if (current.trim() !== '' && textWidth(longer) > width) {
      lines.push(current);
      current = indent + word;
    } else current = longer;
  }
  return [...lines, current];
}
