import { EMPTY, type Generated, Generators } from '../kit/generators';

let generators: Generators;
beforeAll(() => {
  generators = new Generators();
});
afterAll(() => generators.close());

const FILE = 'movies/movies.flow.ts';
const MOVIES = `/** Films, by genre. */
import { flow, merge } from '@nx-flow/core';

const f = flow('movies');

// Where all begins.
export const start = f.start(() => ({ films: ['Heat', 'Alien'], genres: ['crime', 'horror'] })); // two of them

// One branch.
export const genre = f.foreach('genre', { after: start, over: 'genres' }, ({ input }) => ({ label: input }));
export const byGenre = f.join('byGenre', {
  after:   genre, // in order
}, ({ inputs }) => ({ ...merge(inputs, { exclude: ['label'] }), labels: inputs.map((i) => i.label) }));

/* The other
   branch. */
export const byTitle = f.step('byTitle', { after: start }, ({ self }) => ({ titles: self.films.toSorted() }));

export const tables = f.gather('tables', { after: { byGenre, titles: byTitle } }, ({ inputs }) => ({
  count: inputs.byGenre.labels.length + inputs.titles.titles.length,
}));

export default f.end(tables);
`;
const step = (options: object, text = MOVIES, file = FILE): Promise<Generated> =>
  generators.run('step', { ...EMPTY, [file]: text }, { flow: 'movies', ...options });

/** The text with these replacements, each of a passage that stands there once, and no other change. */
function edited(text: string, ...changes: [passage: string, replacement: string][]): string {
  return changes.reduce((before, [passage, replacement]) => {
    expect(before.split(passage)).toHaveLength(2);
    return before.replace(passage, () => replacement);
  }, text);
}
const STEP = (
  name: string,
  after: string,
  exported = 'export ',
) => `${exported}const ${name} = f.step('${name}', { after: ${after} }, ({ self }) => {
  // \`self\` has what reaches this step. What it returns is added for the steps after it.
  return {};
});`;

describe('what followed follows the new step, and all else stays byte for byte', () => {
  test('after the last step', async () => {
    const { written, said, tsx } = await step({ name: 'report', after: 'tables' });
    expect(written[FILE]).toBe(
      edited(MOVIES, [
        '\n\nexport default f.end(tables)',
        `\n\n${STEP('report', 'tables')}\n\nexport default f.end(report)`,
      ]),
    );
    expect(said).toEqual(['"end" comes after "report" now.']);
    expect(tsx).toBe(false);
  });

  test('in the middle of a chain, where lines stand close', async () => {
    const { written } = await step({ name: 'clean', after: 'genre' });
    expect(written[FILE]).toBe(
      edited(
        MOVIES,
        ['\nexport const byGenre', `\n${STEP('clean', 'genre')}\nexport const byGenre`],
        ['after:   genre, //', 'after:   clean, //'],
      ),
    );
  });

  test('all of several followers, which is said; the comment of the step before stays with it', async () => {
    const { written, said } = await step({ name: 'clean', after: 'start' });
    expect(written[FILE]).toBe(
      edited(
        MOVIES,
        ['after: start, over', 'after: clean, over'],
        ['after: start }, ({ self })', 'after: clean }, ({ self })'],
        ['// two of them\n', `// two of them\n\n${STEP('clean', 'start')}\n`],
      ),
    );
    expect(said).toEqual([
      '"genre" and "byTitle" come after "clean" now. --before=genre moves that one alone.',
    ]);
  });

  test('one of several followers, which --before chooses', async () => {
    const { written, said } = await step({ name: 'clean', after: 'start', before: 'byTitle' });
    expect(written[FILE]).toBe(
      edited(
        MOVIES,
        [`after: start }, ({ self }) => ({ titles`, `after: clean }, ({ self }) => ({ titles`],
        ['// two of them\n', `// two of them\n\n${STEP('clean', 'start')}\n`],
      ),
    );
    expect(said).toEqual(['"byTitle" comes after "clean" now.']);
  });

  test('a branch keeps its name, for the body that reads it', async () => {
    const { written } = await step({ name: 'clean', after: 'byGenre' });
    expect(written[FILE]).toContain('{ after: { byGenre: clean, titles: byTitle } }');
    const other = await step({ name: 'clean', after: 'byTitle' });
    expect(other.written[FILE]).toContain('{ after: { byGenre, titles: clean } }');
  });
});

describe('several steps before the new one', () => {
  test('branches are gathered; what gathered them takes the new step for each of its branches, which is said', async () => {
    const { written, said } = await step({ name: 'both', after: 'byGenre,byTitle' });
    expect(written[FILE]).toBe(
      edited(
        MOVIES,
        [
          '\n\nexport const tables',
          `

export const both = f.gather('both', { after: { byGenre, byTitle } }, ({ inputs }) => {
  // inputs.byGenre and inputs.byTitle have what each branch left. \`merge\` passes on all of it.
  return { ...merge(inputs) };
});

export const tables`,
        ],
        ['{ byGenre, titles: byTitle }', '{ byGenre: both, titles: both }'],
      ),
    );
    expect(said).toEqual([
      '"tables" comes after "both" now.',
      '"tables" takes "both" for its branches byGenre and titles: as one step after it, it would be simpler.',
    ]);
  });

  test('one that comes after another of them stays where it is', async () => {
    const { written } = await step({ name: 'both', after: 'start, byTitle', before: 'tables' });
    expect(written[FILE]).toContain(`f.step('byTitle', { after: start }`);
    expect(written[FILE]).toContain('titles: both }');
  });

  test('branches under different foreaches are refused', async () => {
    const { error, written } = await step({ name: 'both', after: 'genre,byTitle', before: 'tables' });
    expect(error?.message).toBe(
      'FLOW_GATHER_SCOPE  The flow would not check any more. "both" cannot gather these branches: "genre" stands under foreach genre, "byTitle" stands under no foreach and no switch. Join the foreach, or leave the switch by oneOf, before.',
    );
    expect(written).toEqual({});
  });

  test('what is to follow must stand below all of them', async () => {
    const text = MOVIES.replace(/\/\* The other[\s\S]*?\n\nexport const tables/, 'export const tables')
      .replace('titles: byTitle }', 'titles: last }')
      .replace(
        '// One branch.',
        `const first = f.step('first', { after: start }, () => ({ titles: [1] }));\nconst next = f.step('next', { after: first }, () => ({}));\nconst last = f.step('last', { after: next }, () => ({}));\n`,
      );
    const { error } = await step({ name: 'both', after: 'first,byGenre' }, text);
    expect(error?.message).toBe(
      `FLOW_STEP_ORDER  "next" (${FILE}:10) is to follow, and must stand below "byGenre" (${FILE}:14), in a statement of its own: move it there first.`,
    );
  });
});

const ARMS = `import { flow, oneOf } from '@nx-flow/core';
const f = flow('movies');
const start = f.start(() => ({ kind: 'a, b' }));
const size = f.switch('size', { after: start, on: 'kind', cases: ['small', 'big', 'a, b'] }, () => ({}));
const small = f.step('small', { after: size.when('small') }, () => ({ n: 1 }));
const big = f.step('big', { after: size.when('big') }, () => ({ n: 2 }));
const one = f.step('one', { after: oneOf(small, big, /* none */ size.when('a, b')) }, () => ({ n: 3 }));
const again = f.loop('again', { after: one, while: 'more', max: 3 }, () => ({ more: false }));
export default f.end({ after: again, timeout: '5m' }, ({ self }) => ({ n: self.n }));
`;

describe('switches, loops and ends', () => {
  test.each([['size.small'], [`size.when('small')`], ['size.when("small")']])(
    'after an arm: %s',
    async (after) => {
      const { written, said } = await step({ name: 'clean', after }, ARMS);
      expect(written[FILE]).toBe(
        edited(
          ARMS,
          [`{ after: size.when('small') }`, '{ after: clean }'],
          ['\nconst small', `\n${STEP('clean', `size.when('small')`, '')}\nconst small`],
        ),
      );
      expect(said).toEqual(['"small" comes after "clean" now.']);
    },
  );

  test('an arm that goes straight into the oneOf, by a name with a comma', async () => {
    const { written } = await step({ name: 'clean', after: `size.when('a, b')` }, ARMS);
    expect(written[FILE]).toContain(`f.step('clean', { after: size.when('a, b') }`);
    expect(written[FILE]).toContain('{ after: oneOf(small, big, clean) }');
  });

  test('arms are alternatives: one step after whichever ran, in their place', async () => {
    const { written, error } = await step({ name: 'clean', after: 'small,big' }, ARMS);
    expect(error).toBeUndefined();
    expect(written[FILE]).toContain(`const clean = f.step('clean', { after: oneOf(small, big) }`);
    expect(written[FILE]).toContain(`{ after: oneOf(clean, size.when('a, b')) }`);
    const two = await step({ name: 'clean', after: 'size.small,size.big' }, ARMS);
    expect(two.error?.code).toBe('FLOW_ONEOF');
    const all = await step({ name: 'clean', after: `small,big,size.when('a, b')` }, ARMS);
    expect(all.written[FILE]).toContain(`f.step('one', { after: clean }`);
  });

  test('after a loop, before an end that has options', async () => {
    const { written } = await step({ name: 'clean', after: 'again' }, ARMS);
    expect(written[FILE]).toContain(`f.end({ after: clean, timeout: '5m' }`);
  });
});

describe('a foreach comes with its join', () => {
  test('and what followed comes after that', async () => {
    const options = { name: 'film', after: 'start', before: 'byTitle', kind: 'foreach', over: 'films' };
    const { written, said } = await step(options);
    expect(written[FILE]).toBe(
      edited(
        MOVIES,
        [
          '// two of them\n',
          `// two of them

export const film = f.foreach('film', { after: start, over: 'films' }, ({ input }) => {
  // \`input\` is one item of films. What is returned is this task's own, until the join.
  return {};
});

export const filmJoin = f.join('filmJoin', { after: film }, ({ inputs }) => {
  // \`inputs\` has what each task returned, in order. \`merge\` passes on what they all have.
  return { ...merge(inputs) };
});
`,
        ],
        [`{ after: start }, ({ self })`, `{ after: filmJoin }, ({ self })`],
      ),
    );
    expect(said).toEqual(['"byTitle" comes after "filmJoin" now.']);
  });

  test.each([
    ['by-film', 'by-film-join', 'byFilmJoin'],
    ['by_film', 'by_film_join', 'by_film_join'],
  ])('in the manner of its name: %s', async (name, join, handle) => {
    const { written } = await step({ name, after: 'tables', kind: 'foreach', over: 'films' });
    expect(written[FILE]).toContain(`const ${handle} = f.join('${join}', `);
  });

  test.each([
    [
      { kind: 'foreach' },
      'FLOW_FOREACH_OVER  A foreach needs the name of an artifact that is a list: --over=<artifact>.',
    ],
    [{ over: 'films' }, 'FLOW_USAGE  --over is for --kind=foreach.'],
    [{ join: 'all' }, 'FLOW_USAGE  --join is for --kind=foreach.'],
    [
      { kind: 'foreach', over: 'films', after: 'byGenre,byTitle' },
      'FLOW_USAGE  A foreach comes after one step: gather the branches in a step before it.',
    ],
    [
      { kind: 'foreach', over: 'films', join: 'film' },
      'FLOW_STEP_TWICE  The join of "film" needs a name of its own: --join=<name>.',
    ],
    [{ kind: 'foreach', over: 'films', join: 'byTitle' }, expect.stringContaining('FLOW_STEP_TWICE')],
  ])('%j is refused', async (options, sentence) => {
    const { error } = await step({ name: 'film', after: 'start', ...options });
    expect(error?.message).toEqual(sentence);
  });
});

describe('it is written as the file is', () => {
  test('double quotes, tabs, no semicolons, line ends of Windows, no export', async () => {
    const text = [
      'import { flow } from "@nx-flow/core"',
      'const f = flow("movies")',
      'const start = f.start(() => {',
      '\treturn {}',
      '})',
      '',
      'export default f.end(start)',
      '',
    ].join('\r\n');
    const { written } = await step({ name: 'clean', after: 'start' }, text);
    expect(written[FILE]?.split('\r\n').slice(4, 11)).toEqual([
      '})',
      '',
      'const clean = f.step("clean", { after: start }, ({ self }) => {',
      '\t// `self` has what reaches this step. What it returns is added for the steps after it.',
      '\treturn {}',
      '})',
      '',
    ]);
    expect(written[FILE]?.replaceAll('\r\n', '')).not.toContain('\n');
  });

  test('statements that share a line', async () => {
    const text = `import { flow } from '@nx-flow/core'; const f = flow('movies'); const start = f.start(() => ({})); export default f.end(start);`;
    const { written } = await step({ name: 'clean', after: 'start' }, text);
    expect(written[FILE]).toBe(
      `import { flow } from '@nx-flow/core'; const f = flow('movies'); const start = f.start(() => ({}));\n${STEP('clean', 'start', '')}\n export default f.end(clean);`,
    );
  });

  test('a comment that begins on the line of the step before, and goes on', async () => {
    const text = `import { flow } from '@nx-flow/core';\nconst f = flow('movies');\nconst start = f.start(() => ({})); /* it\n  begins */\nexport default f.end(start);`;
    const { written } = await step({ name: 'clean', after: 'start' }, text);
    expect(written[FILE]).toContain(`begins */\n${STEP('clean', 'start', '')}\nexport default`);
  });

  test.each([
    [`import { flow } from '@nx-flow/core';`, `import { flow, merge } from '@nx-flow/core';`, 'merge'],
    [
      `import { client, flow, oneOf } from '@nx-flow/core';`,
      `import { client, flow, merge, oneOf } from '@nx-flow/core';`,
      'merge',
    ],
    [
      `import {\n  flow,\n  param,\n} from '@nx-flow/core';`,
      `import {\n  flow,\n  merge,\n  param,\n} from '@nx-flow/core';`,
      'merge',
    ],
    [
      `import { flow, merge as all } from '@nx-flow/core';`,
      `import { flow, merge as all } from '@nx-flow/core';`,
      'all',
    ],
    [
      `import { merge } from 'lodash';\nimport { flow } from '@nx-flow/core';`,
      `import { flow, merge as mergeOf } from '@nx-flow/core';`,
      'mergeOf',
    ],
    [
      `const { flow } = require('@nx-flow/core');`,
      `const { flow, merge } = require('@nx-flow/core');`,
      'merge',
    ],
    [
      `import { flow } from './engine';`,
      `import { merge } from '@nx-flow/core';\nimport { flow } from './engine';`,
      'merge',
    ],
  ])('merge is imported as the file imports: %s', async (imports, after, local) => {
    const body = `\nconst f = flow('movies');\nconst start = f.start(() => ({}));\nconst a = f.step('a', { after: start }, () => ({}));\nconst b = f.step('b', { after: start }, () => ({}));\nconst g = f.gather('g', { after: { a, b } }, () => ({}));\nexport default f.end(g);`;
    const { written } = await step({ name: 'both', after: 'a,b' }, imports + body);
    expect(written[FILE]).toContain(after);
    expect(written[FILE]).toContain(`return { ...${local}(inputs) };`);
  });

  test('a step called merge leaves merge to the engine', async () => {
    const text = MOVIES.replace('flow, merge', 'flow').replace(
      "...merge(inputs, { exclude: ['label'] }), ",
      '',
    );
    const { written } = await step({ name: 'merge', after: 'byGenre,byTitle' }, text);
    expect(written[FILE]).toContain(`import { flow, merge as mergeOf } from '@nx-flow/core';`);
    expect(written[FILE]).toContain(`const merge = f.gather('merge', `);
    expect(written[FILE]).toContain('return { ...mergeOf(inputs) };');
    const required = await step(
      { name: 'merge', after: 'byGenre,byTitle' },
      text.replace("import { flow } from '@nx-flow/core'", "const { flow } = require('@nx-flow/core')"),
    );
    expect(required.written[FILE]).toContain(`const { flow, merge: mergeOf } = require('@nx-flow/core');`);
  });

  test('merge of a namespace', async () => {
    const text = ARMS.replace('import { flow, oneOf }', 'import * as core')
      .replace('flow(', 'core.flow(')
      .replace('oneOf(', 'core.oneOf(');
    const { written } = await step({ name: 'clean', after: 'small,big' }, text);
    expect(written[FILE]).toContain('{ after: core.oneOf(small, big) }');
    expect(written[FILE]).toContain(`{ after: core.oneOf(clean, size.when('a, b')) }`);
  });

  test.each([
    ['by-film', 'byFilm', []],
    ['class', 'classStep', ['"class" is a name in use there: the step\'s const is classStep.']],
    ['merge', 'mergeStep', ['"merge" is a name in use there: the step\'s const is mergeStep.']],
    ['f', 'fStep', ['"f" is a name in use there: the step\'s const is fStep.']],
  ])('a step called %s has the const %s', async (name, handle, said) => {
    const generated = await step({ name, after: 'tables' });
    expect(generated.written[FILE]).toContain(`const ${handle} = f.step('${name}', { after: tables }`);
    expect(generated.said).toEqual([...said, `"end" comes after "${name}" now.`]);
  });
});

describe('what it cannot do, it says in one sentence, and changes nothing', () => {
  const LINES = {
    several: `import { flow } from '@nx-flow/core';\nconst a = flow('a'); export const x = a.end(a.start(() => ({})));\nconst b = flow('b'); export const y = b.end(b.start(() => ({})));\n`,
    computed: MOVIES.replace('export default f.end(tables)', 'export default f.end(pick(tables))'),
    unnamed: MOVIES.replace(`f.step('byTitle', { after: start }`, `f.step(NAME, { after: pick() }`),
    passed: MOVIES.replace(
      'export default f.end(tables)',
      'const rest = more(f, tables);\nexport default f.end(rest)',
    ),
    inline: MOVIES.replace('f.end(tables)', `f.end(f.step('last', { after: tables }, () => ({})))`),
    elsewhere: `import { last } from './steps';\nimport { f } from './base';\nexport default f.end(last);\n`,
    broken: `import { flow } from '@nx-flow/core';\nconst f = = flow('movies');\n`,
  };

  test.each<[object, string | undefined, string]>([
    [
      { flow: 'movis' },
      undefined,
      'FLOW_NOT_FOUND  There is no flow "movis" in this workspace. Did you mean "movies"?',
    ],
    [
      { flow: 'movies/film.flow.ts' },
      undefined,
      "FLOW_NOT_FOUND  There is no file movies/film.flow.ts: give a flow's file (movies/movies.flow.ts) or its name (movies).",
    ],
    [
      { after: 'strat' },
      undefined,
      'FLOW_STEP_NOT_FOUND  There is no step "strat" in movies. Did you mean "start"?',
    ],
    [
      { after: 'end' },
      undefined,
      'FLOW_STEP_NOT_FOUND  Nothing comes after the end: give the step that it comes after.',
    ],
    [
      { after: '' },
      undefined,
      'FLOW_USAGE  After which step? Give --after=<step>, or --after=<step>,<step>.',
    ],
    [
      { after: 'start.x' },
      undefined,
      'FLOW_UNKNOWN_CASE  "start" is no switch and has no cases: --after=start.',
    ],
    [
      { after: 'size' },
      ARMS,
      'FLOW_SWITCH_EDGE  "size" is a switch, and is left by its cases: --after=size.small or --after=size.big or --after="size.when(\'a, b\')".',
    ],
    [
      { after: 'size.smal' },
      ARMS,
      'FLOW_UNKNOWN_CASE  "smal" is not a case of "size". Did you mean "small"?',
    ],
    [
      { name: 'genre' },
      undefined,
      `FLOW_STEP_TWICE  There is a step "genre" in movies already (${FILE}:10): choose another name.`,
    ],
    [
      { name: '2nd' },
      undefined,
      'FLOW_STEP_NAME  The step name "2nd" is not usable: letters, digits, _ and -, starting with a letter.',
    ],
    [
      { name: 'spin' },
      undefined,
      'FLOW_STEP_RESERVED  A step cannot be called "spin": the name is taken. Choose another.',
    ],
    [
      { after: 'start', before: 'tables' },
      undefined,
      'FLOW_STEP_NOT_FOUND  "tables" does not come after "start". These do: genre, byTitle.',
    ],
    [
      { after: 'start', before: 'genres' },
      undefined,
      'FLOW_STEP_NOT_FOUND  There is no step "genres" in movies. Did you mean "genre"?',
    ],
    [{}, LINES.broken, `FLOW_SYNTAX  ${FILE}:2:11  Unexpected token`],
    [
      { flow: FILE },
      LINES.several,
      `FLOW_AMBIGUOUS  ${FILE} has several flows: give the name of one (a, b).`,
    ],
    [
      {},
      LINES.elsewhere,
      `FLOW_NOT_WRITTEN_OUT  ${FILE} does not make its flow by flow('…') itself: its steps lie in ./steps and ./base, so add this one by hand.`,
    ],
    [
      {},
      LINES.computed,
      `FLOW_COMPUTED_EDGES  What "end" comes after is computed, and may be "tables" (${FILE}:23): edit it by hand.`,
    ],
    [
      { before: 'end' },
      LINES.computed,
      `FLOW_COMPUTED_EDGES  What "end" comes after is computed (${FILE}:23): edit it by hand.`,
    ],
    [
      { after: 'start' },
      LINES.unnamed,
      `FLOW_COMPUTED_EDGES  What a step of computed name comes after is computed, and may be "start" (${FILE}:17): edit it by hand, or choose what is to follow, such as --before=genre.`,
    ],
    [
      {},
      LINES.passed,
      `FLOW_COMPUTED_EDGES  What "end" comes after is computed, and may be "tables" (${FILE}:24): edit it by hand.`,
    ],
    [
      { after: 'last' },
      LINES.inline,
      `FLOW_STEP_NO_CONST  "last" has no const of its own at the top of the file (${FILE}:23): declare it as one first.`,
    ],
  ])('%j', async (options, text, sentence) => {
    const { error, written } = await step({ name: 'clean', after: 'tables', ...options }, text);
    expect(error?.message).toBe(sentence);
    expect(written).toEqual({});
  });

  test('two flows of one name', async () => {
    const files = { ...EMPTY, [FILE]: MOVIES, 'other/movies.flow.ts': MOVIES };
    const { error } = await generators.run('step', files, { flow: 'movies', name: 'clean', after: 'start' });
    expect(error?.message).toBe(
      'FLOW_AMBIGUOUS  The name "movies" is claimed by movies/movies.flow.ts and other/movies.flow.ts: give the file instead.',
    );
    const given = { flow: 'movies.flow.ts', cwd: 'other', name: 'clean', after: 'start' };
    expect(Object.keys((await generators.run('step', files, given)).written)).toEqual([
      'other/movies.flow.ts',
    ]);
  });

  test('an inner declaration is rewired all the same; --before passes by what is computed', async () => {
    const inline = await step({ name: 'clean', after: 'tables' }, LINES.inline);
    expect(inline.written[FILE]).toContain(`f.end(f.step('last', { after: clean }, () => ({})))`);
    const chosen = await step({ name: 'clean', after: 'start', before: 'genre' }, LINES.unnamed);
    expect(chosen.error).toBeUndefined();
    expect(chosen.said).toEqual(['"genre" comes after "clean" now.']);
  });

  test('a flow that is not finished gets the step, and is told that nothing follows', async () => {
    const text = MOVIES.replace('export default f.end(tables);', '');
    const { said, written } = await step({ name: 'clean', after: 'tables' }, text);
    expect(written[FILE]).toContain(STEP('clean', 'tables'));
    expect(said).toEqual(['Nothing came after "tables", and nothing comes after "clean" yet.']);
  });
});
