/** Parameters: what is read, what is recorded, what is reported. */
import { z } from 'zod';
import { flow } from '../../src/definition/flow';
import { keyValue, parameterHelp, parseParams } from '../../src/definition/params';
import { param } from '../../src/source/param';
import { requireGraphOf } from './untyped';

function graphWith(params: z.ZodRawShape) {
  const f = flow('movies', { params });
  return requireGraphOf(f.end(f.start(() => ({}))));
}
const movies = graphWith({
  minVotes: z.coerce.number().int().default(1000).describe('votes that a film needs'),
  genre: z.enum(['drama', 'comedy']),
  out: z.string().describe('where to write'),
  since: z.coerce.date().optional(),
});

test('what is given is read by its schema; what is not takes its default', () => {
  const given = { genre: 'drama', out: 'x', since: '2020-01-02' };
  expect(parseParams(movies, given)).toEqual({
    paramInputs: given,
    parsed: { minVotes: 1000, genre: 'drama', out: 'x', since: new Date('2020-01-02') },
  });
});

test('unknown, missing and ill-typed parameters are reported all at once', () => {
  const given = { minVote: '5', minVotes: 'many', genre: 'drma' };
  expect(() => parseParams(movies, given)).toThrow(
    expect.objectContaining({
      code: 'FLOW_PARAMS',
      exit: 2,
      message: [
        'The parameters of movies are not right:',
        '  "minVote" is not a parameter of movies. Did you mean "minVotes"?',
        '  "minVotes" cannot be "many": it takes a number (votes that a film needs)',
        '  "genre" cannot be "drma": it takes "drama" or "comedy"',
        '  "out" is required: give it as --params.out=… (where to write)',
      ].join('\n'),
      problems: [
        expect.objectContaining({ code: 'FLOW_PARAM_UNKNOWN' }),
        expect.objectContaining({ code: 'FLOW_PARAM_TYPE' }),
        expect.objectContaining({ code: 'FLOW_PARAM_TYPE' }),
        expect.objectContaining({ code: 'FLOW_PARAM_MISSING' }),
      ],
    }),
  );
});

test('a flow without parameters says so', () => {
  expect(() => parseParams(graphWith({}), { alpha: '1' })).toThrow(
    'The parameters of movies are not right: "alpha" is not a parameter of movies. It has none.',
  );
});

test('a recorded value is used as it stands, without its schema', () => {
  const graph = graphWith({ seconds: z.coerce.number().transform((n) => n * 1000), tag: z.string() });
  const recorded = { seconds: 5000, tag: 7, gone: 'from an older flow' };
  expect(parseParams(graph, {}, recorded).parsed).toEqual({ seconds: 5000, tag: 7 });
});

test('a given value wins over the recorded one, and is read by its schema', () => {
  const graph = graphWith({ seconds: z.coerce.number().transform((n) => n * 1000), tag: z.string() });
  const read = parseParams(graph, { seconds: '2' }, { seconds: 5000, tag: 'a' });
  expect(read).toEqual({ paramInputs: { seconds: '2' }, parsed: { seconds: 2000, tag: 'a' } });
});

test('a parameter that is newer than the recorded run takes its default', () => {
  const graph = graphWith({ old: z.string(), fresh: z.coerce.number().default(3) });
  expect(parseParams(graph, {}, { old: 'a' }).parsed).toEqual({ old: 'a', fresh: 3 });
  const strict = graphWith({ old: z.string(), fresh: z.string() });
  expect(() => parseParams(strict, {}, { old: 'a' })).toThrow('"fresh" is required');
});

test('a coerced text that is not given is missing: it is not the word "undefined"', () => {
  const graph = graphWith({
    text: z.coerce.string(),
    long: z.coerce
      .string()
      .min(3)
      .transform((s) => s.length),
  });
  expect(() => parseParams(graph, {})).toThrow(
    expect.objectContaining({
      problems: [{}, {}].map(() => expect.objectContaining({ code: 'FLOW_PARAM_MISSING' })),
    }),
  );
  expect(parameterHelp(graph).map((help) => help.required)).toEqual([true, true]);
  const spared = graphWith({ some: z.coerce.string().default('a'), none: z.coerce.string().optional() });
  expect(parseParams(spared, {}).parsed).toEqual({ some: 'a', none: undefined });
  expect(parseParams(graph, { text: 5, long: 'four' }).parsed).toEqual({ text: '5', long: 4 });
});

test('a parameter may be called like a property of every object', () => {
  const graph = graphWith({ constructor: z.string().default('none'), toString: z.string().optional() });
  expect(parseParams(graph, {}).parsed).toEqual({ constructor: 'none', toString: undefined });
  expect(() => parseParams(movies, { valueOf: '1', genre: 'drama', out: 'x' })).toThrow(
    '"valueOf" is not a parameter of movies.',
  );
});

test('help has each parameter with its description, its default, or that it is required', () => {
  expect(parameterHelp(movies)).toEqual([
    { name: 'minVotes', description: 'votes that a film needs', required: false, default: 1000 },
    { name: 'genre', description: '', required: true },
    { name: 'out', description: 'where to write', required: true },
    { name: 'since', description: '', required: false, default: undefined },
  ]);
});

test('a description is found wherever it stands in the schema', () => {
  const graph = graphWith({
    inner: z.coerce.number().describe('inner').default(1),
    maybe: z.string().describe('maybe').optional(),
    piped: z
      .string()
      .describe('piped')
      .transform((s) => s.length),
    outer: z.number().describe('hidden').default(1).describe('outer'),
  });
  expect(parameterHelp(graph).map((help) => help.description)).toEqual(['inner', 'maybe', 'piped', 'outer']);
});

test('a pair is split at its first equals sign', () => {
  expect(keyValue('alpha=0.1', 'params')).toEqual(['alpha', '0.1']);
  expect(keyValue('query=a=b', 'params')).toEqual(['query', 'a=b']);
  expect(keyValue('empty=', 'params')).toEqual(['empty', '']);
  for (const text of ['alpha', '=1', '']) {
    expect(() => keyValue(text, 'tag')).toThrow(
      expect.objectContaining({ code: 'FLOW_USAGE', message: `--tag takes name=value, not "${text}".` }),
    );
  }
});

const thrower = (thrown: unknown) => (): never => {
  throw thrown;
};

test.each([
  ['a date', z.coerce.date(), 'x', 'it takes a date, such as 2026-01-31'],
  ['a number', z.coerce.number(), 'abc', 'it takes a number'],
  ['a whole number', z.coerce.number().int(), '1.5', 'it takes a whole number'],
  ['a big number', z.coerce.bigint(), '1.5', 'it takes a whole number'],
  ['one of two', z.enum(['a', 'b']), 'c', 'it takes "a" or "b"'],
  ['a literal', z.literal('x'), 'y', 'it takes "x"'],
  ['a union', z.union([z.coerce.number(), z.literal('auto')]), 'many', 'it takes a number or "auto"'],
  [
    'a number that no text is',
    z.number(),
    '3',
    'it takes a number, and this is text: let the schema read it, by z.coerce.number()',
  ],
  [
    'a list that no text is',
    z.array(z.string()),
    'a',
    'it takes a list, and this is text: let the schema read it, by param.json(…)',
  ],
  [
    'what its schema throws no Error for',
    z.string().transform(thrower({})),
    '1',
    'its schema throws a value that is no Error: {}',
  ],
  [
    'what its schema throws null for',
    z.string().refine(thrower(null)),
    '1',
    'its schema throws a value that is no Error: null',
  ],
  [
    'what its schema throws a text for',
    z.preprocess(thrower('bad'), z.string()),
    '1',
    'its schema throws a value that is no Error: bad',
  ],
  [
    'what its schema throws a silent Error for',
    z.string().transform(thrower(new TypeError())),
    '1',
    'its schema throws TypeError',
  ],
  ['a number out of range', z.coerce.number().min(3), '2', 'Too small: expected number to be >=3'],
  ['the words of its author', z.coerce.number({ error: 'a count of films' }), 'x', 'a count of films'],
  [
    'a part of JSON',
    param.json(z.object({ n: z.array(z.number()) })),
    '{"n":[1,"x"]}',
    'n.1: it takes a number',
  ],
])('what cannot be %s is told in words for whoever gave it', (_, schema, value, why) => {
  expect(() => parseParams(graphWith({ p: schema }), { p: value })).toThrow(
    `The parameters of movies are not right: "p" cannot be ${JSON.stringify(value)}: ${why}`,
  );
});
