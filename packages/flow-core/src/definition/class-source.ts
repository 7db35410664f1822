/** Reads the source of a class, without a parser: flows are imported often. */

/** What lies between two names or signs is skipped; `#` belongs to the name behind it. */
const TOKEN =
  /(?<blank>\s+|\/\/.*|\/\*[\s\S]*?\*\/)|(?<text>'(?:\\[\s\S]|[^'\\\n])*'|"(?:\\[\s\S]|[^"\\\n])*")|(?<name>#?[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*)|(?<number>\.?\d[\w.]*)|(?<sign>=>|\+\+|--|[\s\S])/uy;
/** What follows a slash where a value may stand. */
const REGEXP = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/\w*/y;
/** Up to the end of a template, or to the code in it. */
const TEMPLATE = /(?:\\[\s\S]|\$(?!\{)|[^\\`$])*(?:`|\$\{)/y;

/** Behind these words comes a value, or a block. */
const BEFORE_VALUE = new Set(
  'return typeof case in of instanceof delete void throw new await yield extends default'.split(' '),
);
const BEFORE_BLOCK = new Set('else do try finally static'.split(' '));
/** Behind their parentheses comes a statement. */
const BEFORE_CONDITION = new Set('if while for with'.split(' '));

/**
 * The first name with # in the code: what stands in texts, comments and regular expressions is none. Undefined also where the
 * source cannot be read.
 */
export function privateName(source: string): string | undefined {
  /** For each bracket that is open: whether a value has ended where it is closed. */
  const open: (boolean | 'template')[] = [];
  /** The last token; of a template, a regular expression or a text, none of its own. */
  let last = '';
  /** A value has ended: a slash divides it. */
  let ended = false;
  let at = 0;
  const take = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const found = pattern.exec(source);
    if (found) at = pattern.lastIndex;
    return found;
  };
  const template = () => {
    const found = take(TEMPLATE);
    if (!found) return false;
    ended = found[0].endsWith('`');
    if (!ended) open.push('template');
    last = '';
    return true;
  };
  while (at < source.length) {
    if (source[at] === '/' && !ended && !/^\/[/*]/.test(source.slice(at, at + 2)) && take(REGEXP)) {
      [last, ended] = ['', true];
      continue;
    }
    const { groups: token = {} } = take(TOKEN) ?? {};
    if (token.blank !== undefined) continue;
    const { name, sign } = token;
    if (name !== undefined) {
      if (name.startsWith('#')) return name;
      const isWord = last !== '.';
      ended = !(isWord && (BEFORE_VALUE.has(name) || BEFORE_BLOCK.has(name)));
      last = isWord ? name : '.name';
      continue;
    }
    if (sign === undefined) {
      [last, ended] = ['', true];
      continue;
    }
    if (sign === '`') {
      if (!template()) return undefined;
      continue;
    }
    if (sign === '(') open.push(!BEFORE_CONDITION.has(last));
    else if (sign === '[') open.push(true);
    else if (sign === '{')
      open.push(!ended && !/^(?:[;{}]|=>|)$/.test(last) && !BEFORE_BLOCK.has(last) && last !== ')');
    const closed = ')]}'.includes(sign) ? open.pop() : undefined;
    if (closed === 'template') {
      if (!template()) return undefined;
      continue;
    }
    ended = closed ?? (sign === '++' || sign === '--');
    last = sign;
  }
  return undefined;
}
