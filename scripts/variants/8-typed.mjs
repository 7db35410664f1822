/** What is typed is read as it is meant, or refused. Long, because it is a list. */
import { join } from 'node:path';
import { said } from './lib/workspace.mjs';

export const kind = 8;
export const title = 'Silent readings of what was typed';

const flowOf = (schema, more = '') => `import { flow, param } from '@nx-flow/core';
import { z } from 'zod';
${more}
const f = flow('typed', { params: { p: ${schema} } });
const start = f.start(({ params }) => ({ seen: params.p as unknown }));
export default f.end(start);
`;

/** What a spin shows of an artifact; or why it was refused. */
function answer({ code, hung, stdout, stderr, signal }, name = 'seen') {
  const last = stdout.trim().split('\n').at(-1) ?? '';
  const { error, artifacts } = last.startsWith('{') ? JSON.parse(last) : {};
  if (code === 2 && error) return { refused: error.message };
  if (code === 0 && artifacts?.[name]) return { value: artifacts[name].preview };
  return { odd: said({ code, hung, stdout, stderr, signal }) };
}

function judged(got, { refused, value }, given) {
  if (refused !== undefined && got.refused?.includes(refused)) return undefined;
  if (value !== undefined && got.value === value) return undefined;
  const wanted = refused === undefined ? `the value ${value}` : `a refusal that says "${refused}"`;
  return `${given} gave ${got.refused ?? got.value ?? got.odd}, expected ${wanted}.`;
}

/** Texts for one parameter, each with what is right. */
const typed = (schema, cases) => async (w) => {
  w.write('typed.flow.ts', flowOf(schema));
  for (const [text, right] of cases) {
    const got = answer(await w.flow('spin', 'typed', 'start', '--json', `--params.p=${text}`));
    const wrong = judged(got, right, `--params.p=${JSON.stringify(text)} for ${schema}`);
    if (wrong) return wrong;
  }
  return undefined;
};

/** The content of files of parameters, each with what is right. */
const inFile = (schema, cases) => async (w) => {
  w.write('typed.flow.ts', flowOf(schema));
  for (const [content, right] of cases) {
    w.write('given.json', content);
    const got = answer(await w.flow('spin', 'typed', 'start', '--json', '--params-file=given.json'));
    const wrong = judged(got, right, `${Buffer.from(content).toString('latin1').slice(0, 60)} for ${schema}`);
    if (wrong) return wrong;
  }
  return undefined;
};

/** `--set` over a value that a run recorded. */
const set = (was, cases) => async (w) => {
  w.write(
    'typed.flow.ts',
    `import { flow } from '@nx-flow/core';
     const f = flow('typed');
     const start = f.start(() => ({ was: ${was} as unknown }));
     export default f.end(f.step('next', { after: start }, ({ self }) => ({ seen: self.was })));`,
  );
  await w.ok('run', 'typed', '--max-workers=1');
  for (const [text, right] of cases) {
    const got = answer(await w.flow('spin', 'typed', 'next', '--json', `--set.was=${text}`));
    const wrong = judged(got, right, `--set.was=${text} over ${was}`);
    if (wrong) return wrong;
  }
  return undefined;
};

const NO_NUMBER = { refused: 'an empty text is no number' };

export const variants = [
  {
    name: '"false" for z.coerce.boolean()',
    check: typed('z.coerce.boolean()', [
      ['false', { refused: 'would read it as true' }],
      ['0', { refused: 'would read it as true' }],
      ['true', { value: 'true' }],
    ]),
  },
  {
    name: 'spaces and tabs for z.coerce.bigint()',
    check: typed('z.coerce.bigint()', [
      [' \t', NO_NUMBER],
      ['9007199254740993', { value: '9007199254740993n' }],
    ]),
  },
  {
    name: 'an empty text where 0 is one of the few numbers that are allowed',
    check: typed('z.coerce.number().pipe(z.union([z.literal(0), z.literal(5)]))', [
      ['', NO_NUMBER],
      ['5', { value: '5' }],
    ]),
  },
  {
    name: 'an empty text for a number with a fallback, or that may be left out',
    check: async (w) =>
      (await typed('z.coerce.number().catch(7)', [['', NO_NUMBER]])(w)) ??
      (await typed('z.coerce.number().nullish()', [['\u00a0', NO_NUMBER]])(w)),
  },
  {
    name: 'a text that the schema trims or rewrites before it is a number',
    check: async (w) =>
      (await typed(
        "z.preprocess((v) => (typeof v === 'string' ? v.replace('%', '') : v), z.coerce.number())",
        [
          ['%', NO_NUMBER],
          ['5%', { value: '5' }],
        ],
      )(w)) ??
      (await typed("z.string().transform((s) => s.replaceAll('_', '')).pipe(z.coerce.number())", [
        ['9_007_199_254_740_993', { refused: 'cannot hold all its digits' }],
        ['1_000', { value: '1000' }],
      ])(w)),
  },
  {
    name: 'numbers that a number cannot hold: too large, too small, too many digits behind the point',
    check: typed('z.coerce.number()', [
      ['1e400', { refused: 'larger than a number can be' }],
      ['1e-400', { refused: 'cannot hold all its digits' }],
      ['0.12345678901234567891', { refused: 'cannot hold all its digits' }],
      ['0x20000000000001', { refused: 'cannot hold all its digits' }],
      ['1e3', { value: '1000' }],
    ]),
  },
  {
    name: 'days that do not exist, in the forms that people write, and a number as a date',
    check: typed('z.coerce.date()', [
      ['31 Apr 2024', { refused: 'there is no such day' }],
      ['2023-02-29T10:00:00Z', { refused: 'there is no such day' }],
      ['06/31/2024', { refused: 'there is no such day' }],
      ['5', { refused: 'it takes a date' }],
      ['03/04/2024', { refused: 'it may be a day of two months' }],
      ['2024-02-29', { value: '2024-02-29T00:00:00.000Z' }],
    ]),
  },
  {
    name: 'an empty text deep in JSON',
    check: typed('param.json(z.object({ rows: z.array(z.object({ n: z.coerce.number() })) }))', [
      ['{"rows":[{"n":"1"},{"n":""}]}', NO_NUMBER],
      ['{"rows":[{"n":"1"}]}', { value: '{ rows: [ { n: 1 } ] }' }],
    ]),
  },
  {
    name: 'JSON that loses digits or a name',
    check: typed('param.json()', [
      ['{"id":12345678901234567890}', { refused: '12345678901234567890 would become' }],
      ['{"a":{"id":1,"\\u0069d":2}}', { refused: 'is given twice' }],
      ['[1e999]', { refused: '1e999 would become Infinity' }],
    ]),
  },
  {
    name: 'null, true and an empty list for a number, in a file of parameters',
    check: inFile('z.coerce.number()', [
      ['{"p":null}', { refused: 'it takes a number' }],
      ['{"p":true}', { refused: 'it takes a number' }],
      ['{"p":[]}', { refused: 'it takes a number' }],
      ['{"p":"7"}', { value: '7' }],
    ]),
  },
  {
    name: 'null for a date and an object for a text, in a file of parameters',
    check: async (w) =>
      (await inFile('z.coerce.date()', [['{"p":null}', { refused: 'it takes a date' }]])(w)) ??
      (await inFile('z.coerce.string()', [['{"p":{"a":1}}', { refused: 'it takes text' }]])(w)),
  },
  {
    name: 'a file of parameters in UTF-16, of either order',
    check: inFile('z.string()', [
      [Buffer.from('\uFEFF{"p":"é"}', 'utf16le'), { value: '"é"' }],
      [Buffer.from('\uFEFF{"p":"é"}', 'utf16le').swap16(), { value: '"é"' }],
    ]),
  },
  {
    name: 'a file of parameters in Latin-1 would be read with other letters',
    check: inFile('z.string()', [[Buffer.from('{"p":"Zoë"}', 'latin1'), { refused: 'is no text in UTF-8' }]]),
  },
  {
    name: 'a file of parameters that gives one twice, or a number with too many digits',
    check: inFile('z.number()', [
      ['{"p":1,"p":2}', { refused: '"p" is given twice' }],
      ['{"p":9007199254740993}', { refused: 'would become 9007199254740992' }],
    ]),
  },
  {
    name: 'a text file as a parameter, with a byte order mark, in UTF-16 and in Latin-1',
    check: async (w) => {
      w.write('bom.txt', '\uFEFFé');
      w.write('wide.txt', Buffer.from('\uFEFFé', 'utf16le'));
      w.write('latin.txt', Buffer.from('é', 'latin1'));
      return typed('param.file()', [
        ['bom.txt', { value: '"é"' }],
        ['wide.txt', { value: '"é"' }],
        ['latin.txt', { refused: 'no text in UTF-8' }],
      ])(w);
    },
  },
  {
    name: 'schemas that answer by a promise, in a list, in a pipe, and of a parameter that is not given',
    check: async (w) => {
      for (const schema of [
        'param.json(z.array(z.string().refine(async () => true)))',
        'z.string().transform(async (s) => s).pipe(z.string())',
      ]) {
        const wrong = await typed(schema, [['["x"]', { refused: 'answers by a promise' }]])(w);
        if (wrong) return wrong;
      }
      w.write(
        'typed.flow.ts',
        flowOf(`z.string().refine(async () => { throw new Error('late'); }).prefault('x')`),
      );
      const got = answer(await w.flow('spin', 'typed', 'start', '--json'));
      return judged(got, { refused: 'answers by a promise' }, 'No parameter');
    },
  },
  {
    name: '--set over a date',
    check: set("new Date('2024-01-01')", [
      ['2024-06-31', { refused: 'there is no such day' }],
      ['2024-06-30', { value: '2024-06-30T00:00:00.000Z' }],
    ]),
  },
  {
    name: '--set over a bigint',
    check: set('5n', [
      ['12345678901234567890', { value: '12345678901234567890n' }],
      ['', NO_NUMBER],
    ]),
  },
  {
    name: '--set over true or false, and over a number',
    check: async (w) =>
      (await set('true', [
        ['yes', { refused: 'is true or false' }],
        ['false', { value: 'false' }],
      ])(w)) ??
      (await set('4', [
        ['four', { refused: 'is a number' }],
        [' ', NO_NUMBER],
        ['.5', { value: '0.5' }],
      ])(w)),
  },
  {
    name: '--set over an object, a Map and a text that looks like something else',
    check: async (w) =>
      (await set('{ a: 1 }', [
        ['{a:2}', { refused: 'is an object' }],
        ['{"a":1,"a":2}', { refused: 'is given twice' }],
      ])(w)) ??
      (await set('new Map([[1, 2]])', [['1,2', { refused: 'is Map' }]])(w)) ??
      (await set("'on'", [
        ['true', { value: '"true"' }],
        ['1e3', { value: '"1e3"' }],
        ['null', { value: '"null"' }],
      ])(w)),
  },
  {
    name: 'Runner: parameters of a test are read as those of a command',
    check: async (w) => {
      w.write('typed.flow.ts', flowOf('z.coerce.number()'));
      w.write(
        'test.mjs',
        `import { Runner } from '@nx-flow/core/testing';
         const runner = new Runner('typed.flow.ts');
         for (const p of ['', true, '9007199254740993', '12'])
           await runner.spin('start', { params: { p } }).then((s) => console.log(s.artifacts?.seen), (e) => console.log(e.code));
         await runner.dispose();`,
      );
      const { stdout, stderr } = await w.node('test.mjs');
      return stdout === 'FLOW_PARAMS\nFLOW_PARAMS\nFLOW_PARAMS\n12\n'
        ? undefined
        : `It gave ${(stdout + stderr).split('\n').join(', ')}`;
    },
  },
  {
    name: 'an executor of Nx: an empty option is no number',
    check: async (w) => {
      w.write('typed.flow.ts', flowOf('z.coerce.number()'));
      w.write(
        'execute.cjs',
        `const { default: run } = require(${JSON.stringify(join(w.build, 'packages/flow-plugin/dist/executors/run.js'))});
         const root = ${JSON.stringify(w.dir)};
         const context = { root, cwd: root, projectName: 'shop', targetName: 'run', isVerbose: false, nxJsonConfiguration: {},
           projectsConfigurations: { version: 2, projects: { shop: { root: '.', targets: { run: {} } } } } };
         run({ flow: 'typed.flow.ts', params: { p: '' } }, context).then(({ success }) => process.exit(success ? 0 : 1));`,
      );
      const ran = await w.node('execute.cjs');
      return ran.code === 1 && ran.stderr.includes('an empty text is no number')
        ? undefined
        : `It ended with ${said(ran)}`;
    },
  },
  {
    name: 'resume with an empty parameter',
    check: async (w) => {
      w.write('typed.flow.ts', flowOf('z.coerce.number()'));
      await w.ok('run', 'typed', '--params.p=4', '--max-workers=1');
      const resumed = await w.flow('resume', 'typed', 'start', '--params.p=', '--json');
      return judged(answer(resumed), NO_NUMBER, 'resume --params.p=');
    },
  },
  {
    name: 'options of the command that take numbers: an empty text, spaces, half a number (also before)',
    check: async (w) => {
      w.write(
        'typed.flow.ts',
        `import { flow } from '@nx-flow/core';
         const f = flow('typed');
         const start = f.start(() => ({ list: [1, 2] }));
         const each = f.foreach('each', { after: start, over: 'list' }, ({ input }) => ({ seen: input }));
         export default f.end(f.join('all', { after: each }, () => ({})));`,
      );
      await w.ok('run', 'typed', '--max-workers=1');
      for (const option of [
        '--index=',
        '--index= ',
        '--index=0.5',
        '--index=0,',
        '--index=-0',
        '--max-workers= ',
        '--max-workers=1.5',
      ]) {
        const { code, stdout, stderr, ...rest } = await w.flow(
          'spin',
          'typed',
          'each',
          '--json',
          ...(option.startsWith('--max') ? ['--all'] : []),
          option,
        );
        if (code !== 2) return `spin "${option}" ended with ${said({ code, stdout, stderr, ...rest })}`;
      }
      return undefined;
    },
  },
];
