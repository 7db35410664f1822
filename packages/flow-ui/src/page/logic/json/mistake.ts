/**
 * Where a text is no JSON, and what was expected there. `JSON.parse` of the browsers says neither in the same way, and sometimes
 * not at all.
 */

export interface Mistake {
  /** From 0, in the text. */
  at: number;
  /** From 1. */
  line: number;
  column: number;
  /** One sentence. */
  message: string;
}

/** @returns undefined where the text is JSON */
export function mistakeIn(text: string): Mistake | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch {
    // Also where it nests so deep that only the scanner gives up.
  }
  const scanner = new Scanner(text);
  try {
    scanner.whole();
    return mistake(text, text.length, 'This is no JSON.');
  } catch (error) {
    if (error instanceof Wrong) return mistake(text, error.at, error.message);
    return mistake(text, 0, 'This is nested too deep to be read.');
  }
}

function mistake(text: string, at: number, message: string): Mistake {
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  return { at, line, column: at - (before.lastIndexOf('\n') + 1) + 1, message };
}

class Wrong extends Error {
  constructor(
    readonly at: number,
    message: string,
  ) {
    super(message);
  }
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /[\w$.+-]+/y;
const SPACE = /[ \t\r\n]*/y;
const WORDS = ['true', 'false', 'null'];

/** Reads JSON as the standard has it, and throws at the first place that is none. */
class Scanner {
  #at = 0;

  constructor(readonly text: string) {}

  whole(): void {
    this.#space();
    if (this.#at === this.text.length) throw new Wrong(this.#at, 'A value is missing.');
    this.#value();
    if (this.#at < this.text.length)
      throw new Wrong(this.#at, 'Something follows after the end of the value.');
  }

  #value(): void {
    const sign = this.text[this.#at];
    if (sign === '{') this.#list('}', () => this.#entry());
    else if (sign === '[') this.#list(']', () => this.#value());
    else if (sign === '"') this.#string();
    else if (sign === "'") throw new Wrong(this.#at, 'Texts stand in double quotes.');
    else this.#word();
    this.#space();
  }

  #entry(): void {
    if (this.text[this.#at] !== '"') throw new Wrong(this.#at, 'A name in double quotes is expected here.');
    this.#string();
    this.#space();
    if (this.text[this.#at] !== ':') throw new Wrong(this.#at, 'A colon is expected after the name.');
    this.#step();
    this.#value();
  }

  #list(end: '}' | ']', item: () => void): void {
    const begin = this.#at;
    this.#step();
    while (this.text[this.#at] !== end) {
      if (this.#at < this.text.length) item();
      if (this.text[this.#at] === end) break;
      if (this.#at >= this.text.length) throw new Wrong(begin, `This ${this.text[begin]} has no ${end}.`);
      if (this.text[this.#at] !== ',') throw new Wrong(this.#at, `A comma or ${end} is expected here.`);
      const comma = this.#at;
      this.#step();
      if (this.text[this.#at] === end) throw new Wrong(comma, `No comma stands before ${end}.`);
    }
    this.#step();
  }

  #string(): void {
    const begin = this.#at++;
    for (; this.#at < this.text.length; this.#at++) {
      const sign = this.text[this.#at] as string;
      if (sign === '"') return void this.#at++;
      if (sign < ' ') {
        const name =
          sign === '\n' ? 'A line break in a text is written \\n' : 'This sign is written with \\u';
        throw new Wrong(sign === '\n' ? begin : this.#at, `${name}, or the closing quote is missing.`);
      }
      if (sign === '\\' && !this.#match(/\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y))
        throw new Wrong(this.#at, 'This is no escape of JSON: a backslash itself is written \\\\.');
      else if (sign === '\\') this.#at--;
    }
    throw new Wrong(begin, 'The closing quote is missing.');
  }

  #word(): void {
    const begin = this.#at;
    if (begin >= this.text.length) throw new Wrong(begin, 'A value is missing.');
    const word = this.#match(WORD) ?? '';
    if (WORDS.includes(word)) return;
    NUMBER.lastIndex = 0;
    if (NUMBER.exec(word)?.[0] === word && word !== '') return;
    if (word === '')
      throw new Wrong(begin, `A value is expected here, not ${JSON.stringify(this.text[begin])}.`);
    if (/^[-+.]?\d|^-?\.\d/.test(word)) throw new Wrong(begin, `${word} is no number of JSON.`);
    if (/^-?(?:NaN|Infinity|undefined)$/.test(word)) throw new Wrong(begin, `JSON has no ${word}.`);
    throw new Wrong(begin, `${word} is no value: texts stand in double quotes.`);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #space(): void {
    this.#match(SPACE);
  }

  #step(): void {
    this.#at++;
    this.#space();
  }
}
