/** Breaks text at words, for a terminal of some width. */
import type { Output } from './output';
import { textWidth } from './text';

/** Wraps each line of the text. A word longer than a line is not cut. @param indent for all lines but the first */
export function wrap(text: string, width: number, indent = ''): string {
  return text
    .split('\n')
    .flatMap((line) => wrapLine(line, width, indent))
    .join('\n');
}

/** As {@link wrap}, if the text goes to a terminal. */
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
