/** What is typed is read as it is meant, or refused: nothing is guessed, and nothing is lost. */
import { z } from 'zod';
import { exactJson } from '../../src/definition/exact';
import { flow } from '../../src/definition/flow';
import { parseParams } from '../../src/definition/params';
import { param } from '../../src/source/param';
import { requireGraphOf } from './untyped';

function read(schema: z.ZodType, value: unknown): unknown {
  const f = flow('typed', { params: { p: schema } });
  const graph = requireGraphOf(f.end(f.start(() => ({}))));
  try {
    return parseParams(graph, { p: value }).parsed.p;
  } catch (error) {
    return (error as Error).message.replace(/^.*?right: "p" cannot be /, 'no: ');
  }
}

const number = z.coerce.number();
const DATE = 'it takes a date, such as 2026-01-31';

test.each<[z.ZodType, unknown, unknown]>([
  [number, '5', 5],
  [number, ' 12e3 ', 12000],
  [number, '-0.30000000000000004', -0.30000000000000004],
  [number, '0x1F', 31],
  [number, '9007199254740992', 2 ** 53],
  [number, '1e23', 1e23],
  [number, '0.10', 0.1],
  [number, '000', 0],
  [number, 7, 7],
  [z.coerce.bigint(), '9007199254740993', 9007199254740993n],
  [z.coerce.date(), '2024-02-29', new Date('2024-02-29')],
  [z.coerce.date(), '2024', new Date('2024')],
  [z.coerce.date(), '2024-12-31T23:30:00-05:00', new Date('2024-12-31T23:30:00-05:00')],
  [z.coerce.date(), 'Thu, 29 Feb 2024 10:30:31 GMT', new Date('2024-02-29T10:30:31Z')],
  [z.coerce.date(), 'March 31, 2024', new Date(2024, 2, 31)],
  [z.coerce.date(), '12/31/2024', new Date(2024, 11, 31)],
  [z.coerce.date(), 1e12, new Date(1e12)],
  [z.coerce.boolean(), 'true', true],
  [z.coerce.boolean(), false, false],
  [z.coerce.string(), 12, '12'],
  [z.string(), '', ''],
  [z.string(), ' ', ' '],
  [number.nullable(), null, null],
  [z.union([z.literal(''), number]), '', ''],
  [z.union([number, z.literal('auto')]), 'auto', 'auto'],
  [z.object({ n: number }), { n: '3', m: '' }, { n: 3 }],
  [z.preprocess((text) => (text === '' ? undefined : text), number.default(4)), '', 4],
  [
    z.codec(z.string(), z.coerce.boolean(), { decode: (text) => text === 'on', encode: String }),
    'off',
    false,
  ],
  [z.coerce.boolean().pipe(z.coerce.number<boolean>()), true, 1],
])('%# is read as it is meant', (schema, given, expected) => {
  expect(read(schema, given)).toEqual(expected);
});

test.each<[string, z.ZodType, unknown, string]>([
  ['an empty text as 0', number, '', 'an empty text is no number'],
  ['spaces as 0', number.default(4), ' \t\u00a0', 'an empty text is no number'],
  ['an empty text as 0n', z.coerce.bigint(), ' ', 'an empty text is no number'],
  [
    'a text that is checked first',
    z.string().pipe(z.coerce.number<string>()),
    '',
    'an empty text is no number',
  ],
  [
    'a text that is trimmed first',
    z.preprocess((text) => (typeof text === 'string' ? text.trim() : text), number),
    ' ',
    'an empty text is no number',
  ],
  [
    'what is left of a text',
    z
      .string()
      .transform((text) => text.replace('%', ''))
      .pipe(z.coerce.number<string>()),
    '%',
    'an empty text is no number',
  ],
  ['an empty text of two', z.union([number, z.literal('')]), '', 'an empty text is no number'],
  ['an empty text where a fallback stands', number.catch(1), '', 'an empty text is no number'],
  ['null as 0', number, null, 'it takes a number'],
  ['an empty list as 0', number, [], 'it takes a number'],
  ['true as 1', number.optional(), true, 'it takes a number'],
  ['an empty text in a list', z.array(number), ['1', ''], '1: an empty text is no number'],
  [
    'an empty text in an object',
    z.object({ a: z.record(z.string(), number) }),
    { a: { b: '' } },
    'a: b: an empty text is no number',
  ],
  ['February 30 as March 1', z.coerce.date(), '2024-02-30', 'there is no such day: that month has 29'],
  [
    'February 29 of a year without one',
    z.coerce.date(),
    '2023-02-29T10:00:00Z',
    'there is no such day: that month has 28',
  ],
  [
    'April 31 in words',
    z.coerce.date().optional(),
    '31 Apr 2024 10:31',
    'there is no such day: that month has 30',
  ],
  ['June 31 with slashes', z.coerce.date(), '2024/06/31', 'there is no such day: that month has 30'],
  ['a number as a month', z.coerce.date(), '5', DATE],
  ['a word as nothing', z.coerce.date(), 'film 2024', DATE],
  ['a year of two digits', z.coerce.date(), '31 Dec 24', DATE],
  [
    'a day of two months',
    z.coerce.date(),
    '03/04/2024',
    'it may be a day of two months: write it as 2024-03-04 or 2024-04-03',
  ],
  ['null as 1970', z.coerce.date(), null, DATE],
  [
    'false as true',
    z.coerce.boolean(),
    'false',
    'it takes true or false, and z.coerce.boolean() would read it as true: let the schema read it by param.bool()',
  ],
  [
    'a word as true',
    z.coerce.boolean(),
    'maybe',
    'it takes true or false, and z.coerce.boolean() would read it as true: let the schema read it by param.bool()',
  ],
  ['a list as true', z.coerce.boolean(), [], 'it takes true or false'],
  ['null as a word', z.coerce.string(), null, 'it takes text'],
  ['an object as [object Object]', z.coerce.string(), { a: 1 }, 'it takes text'],
])('%s is refused', (_, schema, given, why) => {
  expect(read(schema, given)).toBe(`no: ${JSON.stringify(given)}: ${why}`);
});

test.each([
  ['9007199254740993', 9007199254740992],
  ['-9007199254740993', -9007199254740992],
  ['9007199254740993.0', 9007199254740992],
  ['0x20000000000001', 9007199254740992],
  ['0.1234567890123456789', 0.12345678901234568],
  ['1e-400', 0],
])('%s loses digits as a number, which is refused', (text, would) => {
  expect(read(number, text)).toBe(
    `no: ${JSON.stringify(text)}: a number cannot hold all its digits, and would be ${would}: let the schema take it as text or, if it is whole, by z.coerce.bigint()`,
  );
});

test('a number that is too large is refused', () => {
  expect(read(number, '1e400')).toBe(
    'no: "1e400": it is larger than a number can be (1.7976931348623157e+308): let the schema take it as text or, if it is whole, by z.coerce.bigint()',
  );
});

test('JSON is read without a byte order mark, and refused where a digit or a name would be lost', () => {
  expect(exactJson('\uFEFF{"a":[1,{"b":2}],"b":"9007199254740993 \\" : 1e999"}')).toEqual({
    a: [1, { b: 2 }],
    b: '9007199254740993 " : 1e999',
  });
  expect(exactJson('{"a":{"x":1},"b":[{"x":1},{"x":2}],"x":3}')).toEqual({
    a: { x: 1 },
    b: [{ x: 1 }, { x: 2 }],
    x: 3,
  });
  expect(() => exactJson('[1, 9007199254740993]')).toThrow(
    'the number 9007199254740993 would become 9007199254740992: write it in quotes, as text',
  );
  expect(() => exactJson('{"n":1,"m":{"n":2},"\\u006e":3}')).toThrow(
    '"\\u006e" is given twice: give it once',
  );
  expect(() => exactJson('[1,2')).toThrow(SyntaxError);
  expect(read(param.json(), '[1,2')).toMatch(/^no: "\[1,2": it is no JSON: /);
  expect(read(param.json(), '{"id":12345678901234567890}')).toBe(
    'no: "{\\"id\\":12345678901234567890}": the number 12345678901234567890 would become 12345678901234567000: write it in quotes, as text',
  );
});

test('a schema that answers by a promise is told in our words, given or not, and its rejection harms nobody', async () => {
  const unhandled: unknown[] = [];
  const hear = (reason: unknown) => unhandled.push(reason);
  process.on('unhandledRejection', hear);
  try {
    const late = z.string().refine(async () => {
      throw new Error('late');
    });
    const f = flow('slow', {
      params: {
        a: late,
        b: late.prefault('x'),
        d: late.pipe(z.union([late, z.coerce.number<string>()])),
        c: z
          .string()
          .transform(async (s) => s)
          .optional(),
      },
    });
    const graph = requireGraphOf(f.end(f.start(() => ({}))));
    const told = (name: string) =>
      expect.objectContaining({
        code: 'FLOW_PARAM_ASYNC',
        message: `The schema of "${name}" answers by a promise, as an async refine or transform does, and parameters are read at once: make it answer at once, and do what has to be waited for in a step.`,
      });
    expect(() => parseParams(graph, { a: 'x', c: 'y', d: 'z' })).toThrow(
      expect.objectContaining({ code: 'FLOW_PARAMS', problems: ['a', 'b', 'd', 'c'].map(told) }),
    );
    await new Promise((done) => setImmediate(done));
    expect(unhandled).toEqual([]);
  } finally {
    process.off('unhandledRejection', hear);
  }
});
