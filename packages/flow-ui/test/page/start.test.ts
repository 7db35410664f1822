/** Forms: fields out of schemas, and what is wrong with what was written in them. */
import { z } from 'zod';
import { checked, checkedAll, problemsByField } from '../../src/page/logic/check';
import { defaultText, type Field, fieldsOf, textOf } from '../../src/page/logic/fields';

const field = (schema: z.ZodType, more: { required?: boolean; default?: unknown } = {}) =>
  fieldsOf([
    {
      name: 'x',
      schema: z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Record<string, unknown>,
      required: more.required ?? true,
      ...('default' in more ? { default: more.default } : {}),
    },
  ])[0] as Field;

test.each<[string, z.ZodType, Partial<Field>]>([
  ['text', z.string().describe('who'), { kind: 'text', description: 'who' }],
  ['integer', z.coerce.number().int().nonnegative(), { kind: 'integer', rule: 'integer, at least 0' }],
  ['number', z.number().gt(0).lt(1), { kind: 'number', rule: 'number, more than 0, less than 1' }],
  ['bounded', z.number().min(1).max(3), { kind: 'number', rule: 'number, 1 to 3' }],
  ['boolean', z.boolean(), { kind: 'boolean' }],
  ['choice', z.enum(['a', 'b']), { kind: 'choice', choices: ['"a"', '"b"'] }],
  ['literal', z.literal([1, 2]), { kind: 'choice', choices: ['1', '2'] }],
  ['date', z.iso.date(), { kind: 'date' }],
  ['list', z.array(z.string()), { kind: 'json', rule: 'array, as JSON' }],
  ['nullable object', z.object({ a: z.number() }).nullable(), { kind: 'json', nullable: true }],
  ['what JSON Schema cannot say', z.coerce.date(), { kind: 'text' }],
  ['a union', z.union([z.string(), z.number()]), { kind: 'json', rule: 'string or number, as JSON' }],
])('%s', (_name, schema, expected) => {
  expect(field(schema)).toMatchObject(expected);
});

test.each<[z.ZodType, string, string | RegExp]>([
  [z.string(), 'a "b"', '"a \\"b\\""'],
  [z.string().min(2), 'a', /at least 2/],
  [z.email(), 'a', /no email/],
  [z.number().int(), '1.5', /whole/],
  [z.number(), '1e3', '1000'],
  [z.number(), 'x', /no number/],
  [z.number().min(2), '1', /has to be at least 2/],
  [z.number().lt(2), '2', /has to be less than 2/],
  [z.boolean(), 'true', 'true'],
  [z.enum(['a']), '"b"', /one of the list/],
  [z.iso.date(), '2026-13-01', /2026-01-31/],
  [z.iso.date(), '2026-11-30', '"2026-11-30"'],
  [z.array(z.string()), '["a"', /Line 1, column 1/],
  [z.array(z.string()), '{}', /A list/],
  [z.record(z.string(), z.number()), '{"a": 1}', '{"a": 1}'],
])('%# a field takes or refuses', (schema, text, expected) => {
  const result = checked(field(schema), text);
  if (typeof expected === 'string') expect(result).toEqual({ json: expected });
  else expect(result).toEqual({ problem: expect.stringMatching(expected) });
});

test('an empty field leaves a parameter to its default, unless it is required', () => {
  expect(checked(field(z.string()), '')).toEqual({ problem: 'This parameter is required.' });
  expect(checked(field(z.string()), '', true)).toEqual({ json: '""' });
  const given = field(z.number(), { required: false, default: 1000 });
  expect(checked(given, '')).toBeUndefined();
  expect(defaultText(given)).toBe('1000');
  expect(textOf(given, 5)).toBe('5');
  expect(checkedAll([given, field(z.boolean())], { x: 'yes' }, new Set()).problems).toEqual({
    x: 'Choose true or false.',
  });
});

test('a refusal by the server is told at its fields', () => {
  const names = ['minVotes', 'genre'];
  expect(
    problemsByField(
      'The parameters of movies are not right:\n  "minVotes" cannot be -1: too small\n  "x" is none',
      names,
    ),
  ).toEqual({
    fields: { minVotes: '"minVotes" cannot be -1: too small' },
    rest: 'The parameters of movies are not right:\n  "x" is none',
  });
  expect(
    problemsByField('The parameters of movies are not right: "genre" is required: give it', names),
  ).toEqual({
    fields: { genre: '"genre" is required: give it' },
    rest: 'The parameters of movies are not right.',
  });
  expect(problemsByField('No room.', names)).toEqual({ fields: {}, rest: 'No room.' });
});
