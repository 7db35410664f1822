/**
 * What a terminal would colour: a line with escapes as pieces of text. Nothing of the line becomes markup or a style: a piece has
 * names out of the lists below, and the page's own styles say what they look like.
 */

export interface Span {
  text: string;
  /** `red`, `bright-red`, `bold`, … */
  names: readonly string[];
}

const COLOURS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const;
const ON: Readonly<Record<number, string>> = {
  1: 'bold',
  2: 'dim',
  3: 'italic',
  4: 'underline',
  9: 'struck',
};
/** What ends what. */
const OFF: Readonly<Record<number, readonly string[]>> = {
  22: ['bold', 'dim'],
  23: ['italic'],
  24: ['underline'],
  29: ['struck'],
};

// Control sequences, then those of titles and links, then what is left of either.
const ESCAPES =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  /\u001b\[([0-9:;<=>?]*)([ -/]*)([@-~])|\u001b[\]PX^_][\s\S]*?(?:\u0007|\u001b\\|$)|\u001b[ -/]*[0-~]?|[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;

/** Most lines have none of these. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const UNUSUAL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;

/** The line without escapes. */
export function plain(line: string): string {
  if (!UNUSUAL.test(line)) return line;
  return shown(line).replace(ESCAPES, '');
}

/** A line as pieces. Most lines are one piece. */
export function spansOf(line: string): Span[] {
  if (!UNUSUAL.test(line)) return line === '' ? [] : [{ text: line, names: [] }];
  const text = shown(line);
  const spans: Span[] = [];
  let names = new Set<string>();
  let from = 0;
  const add = (to: number) => {
    if (to > from) spans.push({ text: text.slice(from, to), names: [...names] });
  };
  for (const found of text.matchAll(ESCAPES)) {
    add(found.index);
    from = found.index + found[0].length;
    if (found[3] === 'm' && found[2] === '') names = after(names, found[1] ?? '');
  }
  add(text.length);
  return spans;
}

/** A line that was written anew, as by progress bars, is what stands there at the end. */
function shown(line: string): string {
  const end = line.endsWith('\r') ? line.length - 1 : line.length;
  return line.slice(line.lastIndexOf('\r', end - 1) + 1, end);
}

function after(before: ReadonlySet<string>, codes: string): Set<string> {
  const names = new Set(before);
  const numbers = codes.split(/[;:]/).map(Number);
  for (let i = 0; i < numbers.length; i++) {
    const code = numbers[i] as number;
    if (code === 0) names.clear();
    else if (ON[code]) names.add(ON[code]);
    else if (OFF[code]) for (const name of OFF[code]) names.delete(name);
    else if (code === 38 || code === 48) {
      // Of 256 colours the first 16 have names; what else a program mixes is not followed.
      const size = numbers[i + 1] === 5 ? 2 : 4;
      if (code === 38) colour(names, size === 2 ? nameOf(numbers[i + 2] ?? -1) : undefined);
      i += size;
    } else if (code === 39) colour(names, undefined);
    else if (code >= 30 && code <= 37) colour(names, nameOf(code - 30));
    else if (code >= 90 && code <= 97) colour(names, nameOf(code - 90 + 8));
  }
  return names;
}

function nameOf(number: number): string | undefined {
  const name = COLOURS[number % 8];
  return number >= 0 && number < 16 && name ? `${number < 8 ? '' : 'bright-'}${name}` : undefined;
}

function colour(names: Set<string>, name: string | undefined): void {
  for (const other of COLOURS) for (const one of [other, `bright-${other}`]) names.delete(one);
  if (name) names.add(name);
}
