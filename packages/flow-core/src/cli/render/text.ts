/** Measures a text's width on a terminal and cuts text to a width. */
import { stripVTControlCharacters } from 'node:util';
import { unmarked } from './colours';

/** The columns of a text: wide characters take two, combining ones none. */
export function textWidth(text: string): number {
  let width = 0;
  for (const char of stripVTControlCharacters(unmarked(text))) width += charWidth(char);
  return width;
}

function charWidth(char: string): number {
  if (char >= ' ' && char <= '~') return 1;
  if (/\p{Mn}|\p{Me}|\p{Cf}/u.test(char)) return 0;
  const wide =
    /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u;
  return char > '\u2000' && wide.test(char) ? 2 : 1;
}

/** Cuts a text to a width, with an ellipsis. A cut text loses its colours. */
export function cut(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let out = '';
  let taken = 0;
  for (const char of stripVTControlCharacters(unmarked(text))) {
    taken += charWidth(char);
    if (taken > width - 1) break;
    out += char;
  }
  return `${out}…`;
}
