/** Reads text as a number, a date or JSON only where the value says what the text says: nothing is guessed or lost. */

/** What was read; or why it is refused; or neither, where the text is nothing of the kind. */
export type Exact<T> = { value: T; why?: undefined } | { value?: undefined; why: string } | undefined;

/** `''` is no number, and neither is 2^53+1: it would become 2^53. */
export function exactNumber(text: string): Exact<number> {
  const trimmed = text.trim();
  if (trimmed === '') return { why: 'an empty text is no number' };
  const value = Number(trimmed);
  if (Number.isNaN(value)) return undefined;
  const why = lossOf(trimmed, value);
  return why === undefined ? { value } : { why };
}

export function exactBigint(text: string): Exact<bigint> {
  const trimmed = text.trim();
  if (trimmed === '') return { why: 'an empty text is no number' };
  try {
    return { value: BigInt(trimmed) };
  } catch {
    return undefined;
  }
}

/** Why the number is not what the text says, if it is not. */
function lossOf(text: string, value: number): string | undefined {
  if (/^[+-]?Infinity$/.test(text)) return undefined;
  if (!Number.isFinite(value)) return `it is larger than a number can be (${Number.MAX_VALUE})`;
  const same = /^0[xob]/i.test(text)
    ? BigInt(text) === BigInt(value)
    : digitsOf(text) === digitsOf(String(value));
  if (same) return undefined;
  return `a number cannot hold all its digits, and would be ${value}`;
}

/** The digits of a number without zeros around them, and the power of ten that they count from. */
function digitsOf(text: string): string {
  const [, whole = '', part = '', power = '0'] = /^[+-]?(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(text) ?? [];
  const digits = `${whole}${part}`.replace(/^0+/, '');
  const short = digits.replace(/0+$/, '');
  return short === '' ? '0' : `${short}e${Number(power) - part.length + digits.length - short.length}`;
}

const WORDS =
  /^(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec|january|february|march|april|august|september|october|november|december|mon|tue|wed|thu|fri|sat|sun|(?:mon|tues|wednes|thurs|fri|satur|sun)day|[ap]m|gmt|utc?|z|t|[ecmp][sd]t)$/i;
/** A year: four digits that are not the offset of a time zone; or six with a sign, as ISO 8601 has them. */
const YEAR = /(?:^|[^\d+:]|[^\d:\s][+-])\d{4}(?!\d)|^[+-]\d{6}-/;

/**
 * Dates as ISO 8601 writes them, and what else has a year of four digits and no words but those of dates. JavaScript reads
 * more: "1" as 2001, "film 5" as a day in May, and February 30 as March 1.
 */
export function exactDate(text: string): Exact<Date> {
  const plain = text.replace(/\([^)]*\)/g, '');
  const value = new Date(text);
  if (Number.isNaN(value.getTime())) return undefined;
  const words = plain.match(/[^\W\d_]+/g) ?? [];
  if (!YEAR.test(plain) || !words.every((word) => WORDS.test(word))) return undefined;
  const [, first, second, year] = /^\s*(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?!\d)/.exec(plain) ?? [];
  if (first !== second && Number(first) <= 12 && Number(second) <= 12)
    return {
      why: `it may be a day of two months: write it as ${year}-${pad(first)}-${pad(second)} or ${year}-${pad(second)}-${pad(first)}`,
    };
  for (const { 0: day, index } of plain.matchAll(/(?<![\d:.+])(?:29|30|31)(?![\d:])/g)) {
    // The fifteenth is in that month in every time zone.
    const middle = new Date(`${plain.slice(0, index)}15${plain.slice(index + 2)}`);
    if (Number.isNaN(middle.getTime())) continue;
    const last = new Date(Date.UTC(middle.getUTCFullYear(), middle.getUTCMonth() + 1, 0)).getUTCDate();
    if (Number(day) > last) return { why: `there is no such day: that month has ${last}` };
  }
  return { value };
}

const pad = (number: string | undefined) => String(number).padStart(2, '0');

/** As JSON.parse, without a byte order mark. @throws SyntaxError; Error for a name that is given twice, or a lost digit */
export function exactJson(text: string): unknown {
  const json = text.replace(/^\uFEFF/, '');
  const value: unknown = JSON.parse(json);
  const objects: Set<string>[] = [];
  for (const [token, string, colon] of json.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|[{}]|-?\d[\d.eE+-]*/g)) {
    if (token === '{') objects.push(new Set());
    else if (token === '}') objects.pop();
    else if (string === undefined) {
      if (lossOf(token, Number(token)) !== undefined)
        throw new Error(`the number ${token} would become ${Number(token)}: write it in quotes, as text`);
    } else if (colon !== undefined) {
      const names = objects.at(-1);
      const name = JSON.parse(string) as string;
      if (names?.has(name)) throw new Error(`${string} is given twice: give it once`);
      names?.add(name);
    }
  }
  return value;
}
