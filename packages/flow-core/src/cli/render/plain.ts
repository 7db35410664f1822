/**
 * Text that may come from anywhere, such as a name in a file that was imported, as a terminal may get it: what
 * would colour it, move the cursor, set a title, fill the clipboard, hide text or turn it round is shown as it is written.
 */
import { isOurs } from './colours';

/** Colours and weights; not the one that hides text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they begin with one
const COLOUR = /\x1b\[(?:[34]8;[\d;]*|(?:[0-79]|[1-9]\d{1,2})?(?:;(?:[0-79]|[1-9]\d{1,2})?)*)m/y;

/** Control characters but tab and line break, line separators, marks of direction, halves of characters. */
const UNPRINTABLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
  /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]/gu;

/** The colours of the commands themselves pass. */
export function plain(text: string): string {
  return escaped(text, (at) => isOurs(text, at));
}

/** The same for what a step printed: its own colours pass, too. */
export function coloured(text: string): string {
  return escaped(text, (at) => {
    COLOUR.lastIndex = at;
    return COLOUR.test(text) || isOurs(text, at);
  });
}

/** Without the colours in it: a message that another program has made. */
export function uncoloured(text: string): string {
  return text.replace(new RegExp(COLOUR.source, 'g'), '');
}

function escaped(text: string, passes: (at: number) => boolean): string {
  return text.replace(UNPRINTABLE, (char, at: number) => {
    if (char === '\r' && text[at + 1] === '\n') return char;
    return char === '\x1b' && passes(at) ? char : shown(char);
  });
}

/** The same in JSON, which says it in another way. */
export function plainJson(json: string): string {
  return json.replace(UNPRINTABLE, (char) => `\\u${hex(char).padStart(4, '0')}`);
}

const hex = (char: string) => char.charCodeAt(0).toString(16);

function shown(char: string): string {
  const code = char.charCodeAt(0);
  return code < 0x100 ? `\\x${hex(char).padStart(2, '0')}` : `\\u${hex(char).padStart(4, '0')}`;
}
