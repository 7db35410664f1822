/**
 * What is wrong with what somebody wrote in a field, before it is sent. The flow's own schema has the last word: it may know more
 * than its JSON Schema says.
 */

import { boundsOf, type Field } from './fields';
import { mistakeIn } from './json/mistake';

/** What is sent, or one sentence that says what would be right. Undefined: left to the flow's default. */
export type Checked = { json: string } | { problem: string } | undefined;

/** @param touched an empty text field was written in and emptied: then it is the empty text, where that is allowed */
export function checked(field: Field, text: string, touched = false): Checked {
  if (text === '' || (field.kind !== 'text' && text.trim() === '')) {
    if (field.nullable && touched && field.kind !== 'text') return { json: 'null' };
    if (field.kind === 'text' && touched && field.default === undefined && field.required)
      return textProblem(field, '') ?? { json: '""' };
    return field.required ? { problem: 'This parameter is required.' } : undefined;
  }
  switch (field.kind) {
    case 'text':
      return textProblem(field, text) ?? { json: JSON.stringify(text) };
    case 'number':
    case 'integer':
      return checkedNumber(field, text.trim());
    case 'boolean':
      return text === 'true' || text === 'false' ? { json: text } : { problem: 'Choose true or false.' };
    case 'choice':
      return field.choices.includes(text) ? { json: text } : { problem: 'Choose one of the list.' };
    case 'date':
      return Number.isNaN(Date.parse(text)) || !/^\d{4}-\d\d-\d\d$/.test(text)
        ? { problem: 'A date is written as 2026-01-31.' }
        : { json: JSON.stringify(text) };
    case 'json':
      return checkedJson(field, text);
  }
}

/** Each field's answer: the parameters to send, and what is wrong by name. */
export function checkedAll(
  fields: readonly Field[],
  texts: Readonly<Record<string, string>>,
  touched: ReadonlySet<string>,
): { params: Record<string, string>; problems: Record<string, string> } {
  const params: Record<string, string> = {};
  const problems: Record<string, string> = {};
  for (const field of fields) {
    const result = checked(field, texts[field.name] ?? '', touched.has(field.name));
    if (result && 'json' in result) params[field.name] = result.json;
    else if (result) problems[field.name] = result.problem;
  }
  return { params, problems };
}

/** A refusal by the server: what it says of a field begins with its name in quotes, on a line of its own or after the first colon. */
export function problemsByField(message: string, names: readonly string[]) {
  const fields: Record<string, string> = {};
  const rest: string[] = [];
  for (const line of message.split('\n')) {
    const [, head, name, told] = /^(.*?:)?\s*("[^"]+")(.*)$/.exec(line) ?? [];
    const field = name?.slice(1, -1);
    if (field !== undefined && names.includes(field)) {
      fields[field] = `${name}${told}`;
      if (head !== undefined) rest.push(head);
    } else if (line.trim() !== '') rest.push(line);
  }
  return { fields, rest: rest.join('\n').replace(/:$/, '.') };
}

function textProblem({ schema }: Field, text: string): { problem: string } | undefined {
  const length = [...text].length;
  const { minLength, maxLength, pattern } = schema;
  if (typeof minLength === 'number' && length < minLength)
    return { problem: `It has ${signs(length)}, and needs at least ${minLength}.` };
  if (typeof maxLength === 'number' && length > maxLength)
    return { problem: `It has ${signs(length)}, and may have at most ${maxLength}.` };
  if (typeof pattern !== 'string' || matches(pattern, text)) return undefined;
  return {
    problem:
      typeof schema.format === 'string' ? `This is no ${schema.format}.` : `It does not match ${pattern}.`,
  };
}

const signs = (count: number) => `${count} character${count === 1 ? '' : 's'}`;

function checkedNumber({ kind, schema }: Field, text: string): Checked {
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) return { problem: 'This is no number.' };
  const number = Number(text);
  if (kind === 'integer' && !Number.isInteger(number)) return { problem: 'This is no whole number.' };
  if (!Number.isFinite(number) || (kind === 'integer' && !Number.isSafeInteger(number)))
    return { problem: 'This number is too large to be exact.' };
  const { low, high, above, below } = boundsOf(schema);
  if (low !== undefined && number < low) return { problem: `It has to be at least ${low}.` };
  if (high !== undefined && number > high) return { problem: `It has to be at most ${high}.` };
  if (above !== undefined && number <= above) return { problem: `It has to be more than ${above}.` };
  if (below !== undefined && number >= below) return { problem: `It has to be less than ${below}.` };
  return { json: String(number) };
}

function checkedJson({ schema, nullable }: Field, text: string): Checked {
  const mistake = mistakeIn(text);
  if (mistake) return { problem: `Line ${mistake.line}, column ${mistake.column}: ${mistake.message}` };
  const value: unknown = JSON.parse(text);
  if (value === null && nullable) return { json: 'null' };
  if (schema.type === 'array' && !Array.isArray(value)) return { problem: 'A list is expected: [ … ].' };
  if (schema.type === 'object' && (typeof value !== 'object' || value === null || Array.isArray(value)))
    return { problem: 'An object is expected: { … }.' };
  return { json: text };
}

function matches(pattern: string, text: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(text);
  } catch {
    return true;
  }
}
