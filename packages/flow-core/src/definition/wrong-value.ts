/** Says why a schema rejects a value, for the user who gave it. The schema author's message stays unchanged. */

/** The fields of a zod issue that are used. */
interface Issue {
  message: string;
  path?: readonly PropertyKey[];
  input?: unknown;
  code?: string;
  values?: readonly unknown[];
  /** In a union, the issues of each alternative. */
  errors?: readonly (readonly Issue[])[];
}

const TYPES: Record<string, string> = {
  number: 'a number',
  int: 'a whole number',
  bigint: 'a whole number',
  date: 'a date, such as 2026-01-31',
  Date: 'a date, such as 2026-01-31',
  boolean: 'true or false',
  string: 'text',
  array: 'a list',
  tuple: 'a list',
  object: 'an object',
  record: 'an object',
};
/** Types that text never has: on a command line, the schema must convert the text. */
const NEEDS: Record<string, string> = {
  number: 'z.coerce.number()',
  bigint: 'z.coerce.bigint()',
  date: 'z.coerce.date()',
  boolean: 'param.bool()',
  array: 'param.json(…)',
  tuple: 'param.json(…)',
  object: 'param.json(…)',
  record: 'param.json(…)',
};
/** zod's own sentence, which speaks of the value after coercion: "expected number, received NaN". */
const ZOD = /^Invalid input: expected (\w+), received (\w+)$/;

/** @param given As it was given: text, from a command line. */
export function whyWrong(issues: readonly Issue[], given: unknown): string {
  return issues.map((issue) => at(issue, sentence(issue, given))).join('; ');
}

function at({ path = [] }: Issue, text: string): string {
  return path.length > 0 ? `${path.map(String).join('.')}: ${text}` : text;
}

function sentence(issue: Issue, given: unknown): string {
  const kinds = alternatives(issue);
  if (kinds.length === 0) return issue.message;
  const [, type = '', received] = issue.message.match(ZOD) ?? [];
  const need = NEEDS[type];
  const unread =
    need !== undefined && received === 'string' && typeof given === 'string' && type !== 'bigint';
  const top = (issue.path ?? []).length === 0;
  return `it takes ${kinds.join(' or ')}${unread && top ? `, and this is text: let the schema read it, by ${need}` : ''}`;
}

/** The values that the schema accepts, as far as zod's own message shows. */
function alternatives({ message, code, values, errors }: Issue): string[] {
  const type = message.match(ZOD)?.[1];
  if (type !== undefined) return TYPES[type] === undefined ? [] : [TYPES[type]];
  if (code === 'invalid_value' && values && /^Invalid (?:input|option): expected /.test(message)) {
    return values.map((value) => (typeof value === 'bigint' ? String(value) : JSON.stringify(value)));
  }
  if (code !== 'invalid_union' || message !== 'Invalid input' || !errors) return [];
  const each = errors.map((issues) => issues.flatMap(alternatives));
  return each.every((kinds) => kinds.length > 0) ? [...new Set(each.flat())] : [];
}
