/**
 * Text that is nested too deeply for the parser. It is native code: its recursion does not end in an error but ends the
 * process, with the daemon of Nx in it. Nobody writes such text; a generator, a merge or a stuck key may.
 */

/** Brackets within brackets. The parser takes more than twice as many. */
const BRACKETS = 1000;

/** Words and signs without a comma, a semicolon or a line break: operators may nest as deep. */
const TOKENS = 1500;

/** Letters behind a slash: the parser tells of each wrong flag of a regular expression, with the whole line. */
const FLAGS = 1000;

const code = (char: string) => char.charCodeAt(0);
const OPEN = new Set([...'([{'].map(code));
const CLOSE = new Set([...')]}'].map(code));
/** What comes after them begins anew. Chains of `|` are one node. */
const BREAK = new Set([...',;|'].map(code));
const QUOTE = new Set([...'"\''].map(code));
/** After them, a line goes on in the next one. */
const OPERATOR = new Set([...'+-*/%^!~?:=<>.&'].map(code));
const [NEWLINE, SLASH, STAR, BACKSLASH, WORD] = [...'\n/*\\a'].map(code) as [
  number,
  number,
  number,
  number,
  number,
];

/** Where it is too deep; undefined where it is not. Looks at every character once. */
export function tooDeep(text: string): number | undefined {
  let brackets = 0;
  let tokens = 0;
  let last = NEWLINE;
  let inWord = false;
  let flags = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (isWordPart(char)) {
      if (!inWord) tokens++;
      inWord = true;
      if (last === SLASH) flags++;
      else last = char;
    } else {
      inWord = false;
      if (flags > 0) last = WORD;
      flags = 0;
      if (char === NEWLINE) {
        if (!OPERATOR.has(last)) tokens = 0;
        continue;
      }
      // Blanks.
      if (char <= 32) continue;
      if (char === SLASH && isComment(text.charCodeAt(at + 1))) {
        at = endOfComment(text, at);
        continue;
      }
      if (QUOTE.has(char)) at = endOfText(text, at, char);
      tokens = BREAK.has(char) ? 0 : tokens + 1;
      if (OPEN.has(char)) brackets++;
      else if (CLOSE.has(char)) brackets = Math.max(0, brackets - 1);
      last = char;
    }
    if (brackets > BRACKETS || tokens > TOKENS || flags > FLAGS) return at;
  }
  return undefined;
}

function isWordPart(char: number): boolean {
  return (
    (char >= 97 && char <= 122) ||
    (char >= 65 && char <= 90) ||
    (char >= 48 && char <= 57) ||
    char > 127 ||
    char === 95 ||
    char === 36
  );
}

const isComment = (next: number) => next === SLASH || next === STAR;

/** The last character of a comment; a line break does not belong to it. */
function endOfComment(text: string, at: number): number {
  const block = text.charCodeAt(at + 1) === STAR;
  const end = text.indexOf(block ? '*/' : '\n', at + 2);
  if (end < 0) return text.length;
  return block ? end + 1 : end - 1;
}

/** The closing quote of a text; it ends with its line in any case. */
function endOfText(text: string, from: number, quote: number): number {
  for (let at = from + 1; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === BACKSLASH) at++;
    else if (char === quote || char === NEWLINE) return char === quote ? at : at - 1;
  }
  return text.length;
}
