/** Base64 that is broken into lines, as one text: a secret in it may go on in the next line. */

/** A line break within base64. It begins with the break, which is quick to look for. */
const BREAK = /\r?\n(?<=[A-Za-z0-9+/]{60}\r?\n)(?=[A-Za-z0-9+/])/g;

/** The text without these breaks; itself where it has none. */
export const unbroken = (text: string): string => text.replace(BREAK, '');

/** Where a place of the unbroken text is in the text. */
export function brokenAt(text: string, place: number): number {
  let at = place;
  for (const { index, 0: sign } of text.matchAll(BREAK)) {
    if (index > at) break;
    at += sign.length;
  }
  return at;
}
