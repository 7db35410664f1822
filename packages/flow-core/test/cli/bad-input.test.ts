import { existsSync } from 'node:fs';
import { type Result, Workspace } from '../kit/workspace';

let ws: Workspace;
let before: Record<string, string>;

beforeAll(async () => {
  ws = new Workspace().shareProcess();
  ws.flow(
    'movies',
    `const start = f.start(() => ({ films: ['a', 'b'] }));
     const train = f.foreach('train', { after: start, over: 'films' }, ({ input }) => ({ m: input }));
     const pick = f.join('pick', { after: train }, ({ inputs }) => ({ ms: inputs.map((i) => i.m) }));
     export default f.end(pick);`,
    `minVotes: z.coerce.number().int().default(1000), sha: z.string().default('')`,
  );
  ws.flow(
    'fresh',
    `const start = f.start(() => ({})); export default f.end(f.step('next', { after: start }, () => ({})));`,
  );
  ws.flow('needs', `export default f.end(f.start(() => ({})));`, `sha: z.string()`);
  ws.write('syntax.flow.ts', `import { flow } from '@nx-flow/core';\nconst f = flow('syntax';\n`);
  ws.write(
    'throws.flow.ts',
    `import { flow } from '@nx-flow/core';\nimport { explode } from './explodes';\nconst f = flow('throws');\nexplode();\n`,
  );
  ws.write('explodes.ts', `export function explode() {\n  throw new RangeError('at import');\n}\n`);
  ws.write('nothing.flow.ts', `import { flow } from '@nx-flow/core';\nexport const f = flow('nothing');\n`);
  ws.write(
    'invalid.flow.ts',
    `import { flow } from '@nx-flow/core';\nconst f = flow('invalid');\nconst start = f.start(() => ({}));\nf.step('lost', { after: start }, () => ({}));\nexport default f.end({ after: undefined as never }, () => ({}));\n`,
  );
  ws.write(
    'a/twin.flow.ts',
    `import { flow } from '@nx-flow/core';\nconst f = flow('twin');\nexport default f.end(f.start(() => ({})));\n`,
  );
  ws.write('b/twin.flow.ts', ws.read('a/twin.flow.ts'));
  ws.write('plain.txt', '');
  await ws.ok(['run', 'movies', '--max-workers=1']);
  before = await ws.store();
});
afterAll(() => ws.dispose());

const PATHSPECS =
  'It is a step, run/step or run/step/task, with the flow in front if you like: train, 12/train, 12/train/3, movies/12/train/3.';
const GIVEN = ' A parameter of the flow is given as --params.<name>=<value>.';
const TWIN =
  'The name "twin" is claimed by a/twin.flow.ts and b/twin.flow.ts: give the file instead, or rename one.';

/** A command line, and what it says: the code, two spaces, the sentence. */
const REFUSED: [line: string, said: string][] = [
  ['spni movies', 'FLOW_COMMAND  There is no command "spni". Did you mean "spin"?'],
  ['run', 'FLOW_USAGE  Which flow? Give its name (movies) or its file (movies.flow.ts).'],
  ['run movie', 'FLOW_NOT_FOUND  There is no flow "movie" in <ws>. Did you mean "movies"?'],
  ['spin movie train', 'FLOW_NOT_FOUND  There is no flow "movie" in <ws>. Did you mean "movies"?'],
  ['dump movie', 'FLOW_NOT_FOUND  There is no flow "movie" in <ws>. Did you mean "movies"?'],
  ['logs movie 1', 'FLOW_NOT_FOUND  There is no flow "movie" in <ws>. Did you mean "movies"?'],
  ['show movie', 'FLOW_NOT_FOUND  There is no flow "movie" in <ws>. Did you mean "movies"?'],
  ['runs movie', 'FLOW_NOT_FOUND  There is no flow "movie" in <ws>. Did you mean "movies"?'],
  [
    'run no/such.flow.ts',
    "FLOW_NOT_FOUND  There is no file <ws>/no/such.flow.ts. Give a flow's file (movies.flow.ts) or its name (movies).",
  ],
  ['run twin', `FLOW_AMBIGUOUS  ${TWIN}`],
  ['spin twin start', `FLOW_AMBIGUOUS  ${TWIN}`],
  ['run movies fast', 'FLOW_USAGE  "fast" is one argument too many; see --help.'],
  ['gc --keep-last=1 --keep-last=2', 'FLOW_OPTION  --keep-last is given twice: give it once.'],
  ['runs --limit=1 --limit 2', 'FLOW_OPTION  --limit is given twice: give it once.'],
  ['run movies --max-workers=1 --maxWorkers=2', 'FLOW_OPTION  --max-workers is given twice: give it once.'],
  ['run movies --bail --no-bail', 'FLOW_OPTION  --bail is given twice: give it once.'],
  ['spin movies', 'FLOW_USAGE  Which step? movies has: start, train, pick, end.'],
  ['spin movies trian', 'FLOW_STEP_NOT_FOUND  There is no step "trian" in movies. Did you mean "train"?'],
  [
    'spin movies --step=trian',
    'FLOW_STEP_NOT_FOUND  There is no step "trian" in movies. Did you mean "train"?',
  ],
  [
    'spin movies train --step=pick',
    'FLOW_USAGE  The step is given twice, as "train" and by --step=pick: give it once.',
  ],
  [
    'resume movies train --step=pick',
    'FLOW_USAGE  The step is given twice, as "train" and by --step=pick: give it once.',
  ],
  [
    'resume movies --step=trian',
    'FLOW_STEP_NOT_FOUND  There is no step "trian" in movies. Did you mean "train"?',
  ],
  ['dump movies trian', 'FLOW_STEP_NOT_FOUND  There is no step "trian" in movies/1. Did you mean "train"?'],
  [
    'logs movies 1/zebra',
    'FLOW_STEP_NOT_FOUND  There is no step "zebra" in movies/1. There are: start, train, pick, end.',
  ],
  ['spin movies 9/train', 'FLOW_RUN_NOT_FOUND  There is no run movies/9. Its newest runs: 1.'],
  ['dump movies 9', 'FLOW_RUN_NOT_FOUND  There is no run movies/9. Its newest runs: 1.'],
  ['spin movies train --origin=9', 'FLOW_RUN_NOT_FOUND  There is no run movies/9. Its newest runs: 1.'],
  [
    'spin movies 1/train --origin=2',
    'FLOW_USAGE  The pathspec names run 1, and --origin run 2: give one of them.',
  ],
  [
    'spin movies 1/train/77',
    'FLOW_TASK_NOT_FOUND  There is no task movies/1/train/77. Its tasks: 1/train/2, 1/train/3.',
  ],
  [
    'dump movies 1/train/77',
    'FLOW_TASK_NOT_FOUND  There is no task movies/1/train/77. Its tasks: 1/train/2, 1/train/3.',
  ],
  ['spin movies 1/2/3', `FLOW_PATHSPEC  "1/2/3" is not a pathspec. ${PATHSPECS}`],
  [
    'spin movies train/1',
    'FLOW_PATHSPEC  "train/1" lacks the run: a pathspec is run/step/task: give the run too, such as 12/train/1.',
  ],
  ['spin movies 01/train', `FLOW_PATHSPEC  "01/train" is not a pathspec. ${PATHSPECS}`],
  ['spin movies 1/train/2/x/y', `FLOW_PATHSPEC  "1/train/2/x/y" is not a pathspec. ${PATHSPECS}`],
  [
    'spin movies other/1/train',
    'FLOW_PATHSPEC_FLOW  "other/1/train" is a pathspec of the flow "other", but this is "movies".',
  ],
  [
    'dump movies fresh/1/next',
    'FLOW_PATHSPEC_FLOW  "fresh/1/next" is a pathspec of the flow "fresh", but this is "movies".',
  ],
  [
    'dump movies 1/pick --include=mss',
    'FLOW_ARTIFACT_NOT_FOUND  movies/1/pick/4 has no artifact "mss". Did you mean "ms"?',
  ],
  [
    'spin movies train --index=2',
    'FLOW_NO_INPUTS  No run of movies has inputs for "train": 1 ("films" there has 2 items: an index is 0 to 1, not 2).',
  ],
  [
    'spin movies train --index=x',
    'FLOW_INDEX  --index takes numbers from 0, one for each level, such as 2 or 2,0; not "x".',
  ],
  ['spin movies train --index=0,1', 'FLOW_INDEX  "train" stands in 1 foreach: --index takes one number.'],
  ['spin movies pick --index=0', 'FLOW_INDEX  "pick" stands in no foreach: leave --index out.'],
  [
    'spin movies 1/train/2 --index=0',
    'FLOW_USAGE  A task is one split and one iteration already: leave --index and --iteration out, or give run/step only.',
  ],
  [
    'run movies --max-worker=2',
    `FLOW_OPTION  run has no option --max-worker. Did you mean "max-workers"?${GIVEN}`,
  ],
  ['run movies --minVotes=5', 'FLOW_OPTION  run has no option --minVotes. Did you mean --params.minVotes?'],
  ['run movies -x', `FLOW_OPTION  run has no option -x. There are: <options>.${GIVEN}`],
  ['run movies --max-workers=0', 'FLOW_OPTION  --max-workers takes a whole number above 0, not "0".'],
  ['run movies --max-workers', 'FLOW_OPTION  --max-workers takes a whole number above 0.'],
  [
    'run movies --bail=maybe --max-workers=two',
    'FLOW_OPTION  --bail takes true or false, not "maybe".\n--max-workers takes a whole number above 0, not "two".',
  ],
  ['run movies --tag=', 'FLOW_OPTION  --tag needs a value: --tag=<tag>'],
  ['run movies --params.sha', 'FLOW_OPTION  --params.sha needs a value: --params.sha=…'],
  ['runs movies --limit=1.5', 'FLOW_OPTION  --limit takes a whole number above 0, not "1.5".'],
  [
    'run movies --params.minVote=5',
    'FLOW_PARAMS  The parameters of movies are not right: "minVote" is not a parameter of movies. Did you mean "minVotes"?',
  ],
  [
    'run movies --params.minVotes=lots',
    'FLOW_PARAMS  The parameters of movies are not right: "minVotes" cannot be "lots": it takes a number',
  ],
  [
    'run movies --params.minVotes=1.5 --params.x=1',
    'FLOW_PARAMS  The parameters of movies are not right:\n  "x" is not a parameter of movies. There are: minVotes, sha.\n  "minVotes" cannot be "1.5": it takes a whole number',
  ],
  [
    'spin movies pick --params.minVotes=lots',
    'FLOW_PARAMS  The parameters of movies are not right: "minVotes" cannot be "lots": it takes a number',
  ],
  [
    'run needs',
    'FLOW_PARAMS  The parameters of needs are not right: "sha" is required: give it as --params.sha=…',
  ],
  [
    'spin needs start',
    'FLOW_PARAMS  The parameters of needs are not right: "sha" is required: give it as --params.sha=…',
  ],
  [
    'spin movies start --set.a=1',
    'FLOW_USAGE  "start" has no inputs to set: give it parameters, as --params.name=value.',
  ],
  [
    'spin movies pick --set.__proto__=1',
    'FLOW_ARTIFACT_NAME  "pick" was given an artifact named "__proto__", which no step could read: give it another name.',
  ],
  [
    'spin movies pick --set.=1',
    'FLOW_ARTIFACT_NAME  "pick" was given an artifact named "", which no step could read: give it another name.',
  ],
  [
    'run movies --params.__proto__=1',
    'FLOW_PARAMS  The parameters of movies are not right: "__proto__" is not a parameter of movies. There are: minVotes, sha.',
  ],
  [
    'run movies --params-file=nope.json',
    'FLOW_PARAMS_FILE  There is no file <ws>/nope.json: --params-file takes a JSON object of parameters.',
  ],
  [
    'dump --spin movies',
    'FLOW_RUN_NOT_FOUND  No spin of movies was persisted in <ws>/.flow/spin yet: nx-flow spin movies <step> --persist stores one.',
  ],
  [
    'spin fresh next',
    'FLOW_NO_INPUTS  "next" needs inputs, and fresh has no run in the namespace user:tester yet: run it first, with `nx-flow run fresh`.',
  ],
  [
    'spin movies pick --namespace=team',
    'FLOW_NO_INPUTS  "pick" needs inputs, and movies has no run in the namespace team yet: run it first, with `nx-flow run movies`. There are runs in user:tester: --namespace=everybody (in code, namespace: null) finds those too.',
  ],
  ['dump fresh', 'FLOW_RUN_NOT_FOUND  fresh has no run in the namespace user:tester yet: nx-flow run fresh'],
  [
    'run nothing',
    'FLOW_NOT_EXPORTED  <ws>/nothing.flow.ts exports no flow: end it with `export default f.end(last)`.',
  ],
  ['run syntax', 'FLOW_SYNTAX  <ws>/syntax.flow.ts:2:24  Expected `,` or `)` but found `;`'],
  [
    'run movies --store=<ws>/plain.txt/store',
    "FLOW_STORE_UNWRITABLE  The store's folder <ws>/plain.txt/store cannot be written (ENOTDIR): make it writable, or choose another by --store=<folder> or NX_FLOW_STORE.",
  ],
  [
    'spin movies start --store=<ws>/plain.txt',
    "FLOW_STORE_UNWRITABLE  The store's folder <ws>/plain.txt cannot be written (EEXIST): make it writable, or choose another by --store=<folder> or NX_FLOW_STORE.",
  ],
];

describe('bad usage is one sentence, names the nearest valid thing, and ends with 2', () => {
  const results = new Map<string, Promise<Result>>();
  beforeAll(async () => {
    for (const [line] of REFUSED) {
      const result = ws.nxFlow(line.replaceAll('<ws>', ws.folder).split(' '));
      results.set(line, result);
      await result;
    }
  });

  test.each(REFUSED)('nx-flow %s', async (line, said) => {
    const { code, stdout, stderr } = (await results.get(line)) as Result;
    const told = stderr
      .replaceAll(ws.folder, '<ws>')
      .replace(/There are: on, .*?, help\./, 'There are: <options>.');
    expect(told).toBe(`${said}\n`);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });

  test('and the store is what it was', async () => {
    expect(await ws.store()).toEqual(before);
    expect(existsSync(ws.path('plain.txt/store'))).toBe(false);
  });
});

test("a file that throws on import shows the user's own frames; every problem of a graph is told at once", async () => {
  const [thrown, invalid, checked] = await Promise.all([
    ws.nxFlow(['run', 'throws']),
    ws.nxFlow(['run', 'invalid', '--json']),
    ws.nxFlow(['check', 'invalid', '--json']),
  ]);
  expect(thrown.code).toBe(2);
  expect(thrown.stderr).toContain(
    `FLOW_IMPORT  ${ws.path('throws.flow.ts')} throws when it is imported: RangeError: at import\n`,
  );
  expect(thrown.stderr).toContain("> 2 |   throw new RangeError('at import');\n");
  expect(thrown.stderr).toMatch(/ {4}at .*\(explodes\.ts:2:9\)\n {4}at .*\(throws\.flow\.ts:4:/);
  expect(thrown.stderr).not.toMatch(/dist\/parts|node_modules|node:internal/);
  expect(invalid.code).toBe(2);
  expect(checked.code).toBe(2);
  expect(invalid.json.error).toMatchObject({ code: 'FLOW_INVALID' });
  expect(checked.json.problems).toEqual(invalid.json.error.problems);
  expect(checked.json.problems.length).toBeGreaterThan(1);
  for (const { where } of checked.json.problems) expect(where).toMatch(/invalid\.flow\.ts:\d+:\d+$/);
  expect(await ws.store()).toEqual(before);
});

test('a mistaken name leaves nothing behind where there is no workspace yet', async () => {
  const empty = new Workspace();
  try {
    const there = { cwd: empty.folder };
    const results = [await ws.nxFlow(['run', 'movies'], there), await ws.nxFlow(['dump', 'movies'], there)];
    for (const { code, stderr } of results) {
      expect(stderr).toBe(
        `FLOW_NOT_FOUND  There is no flow "movies" in ${empty.folder}. It has no *.flow.ts file.\n`,
      );
      expect(code).toBe(2);
    }
    expect(existsSync(empty.path('.flow'))).toBe(false);
  } finally {
    await empty.dispose();
  }
});

test('what fails in a step is exit code 1, and recorded', async () => {
  ws.flow(
    'breaks',
    `const start = f.start(({ params }) => {
       if (params.how === 'unstorable') return { model: { layers: [{ act: () => 1 }] }, list: [1] };
       if (params.how === 'throws') throw new Error('thrown');
       if (params.how === 'dies') process.kill(process.pid, 'SIGKILL');
       return { model: {}, list: (params.how === 'nothing' ? {} : 'text') as unknown as number[] };
     });
     const each = f.foreach('each', { after: start, over: 'list' }, () => ({}));
     export default f.end(f.join('all', { after: each }, () => ({})));`,
    'how: z.string()',
  );
  for (const [how, code, message] of [
    ['unstorable', 'FLOW_ARTIFACT_UNSTORABLE', 'model.layers[0].act'],
    ['nothing', 'FLOW_FOREACH_LIST', '"list" is an object'],
    ['text', 'FLOW_FOREACH_LIST', '"list" is a string'],
    ['throws', undefined, 'thrown'],
    ['dies', 'FLOW_WORKER_DIED', 'killed by SIGKILL'],
  ] as const) {
    const { code: exit, json } = await ws.nxFlow([
      'run',
      'breaks',
      '--max-workers=1',
      `--params.how=${how}`,
      '--json',
    ]);
    expect(exit).toBe(1);
    expect(json.error.code).toBe(code);
    expect(json.error.message).toContain(message);
    const shown = (await ws.ok(['show', 'breaks', '--json'])).json;
    expect(shown).toMatchObject({ status: 'failed', pathspec: json.pathspec });
    expect(shown.error.message).toContain(message);
  }
});

test('few file handles are told at once, and nothing is begun', async () => {
  if (process.platform !== 'linux') return;
  const under = ['/bin/sh', '-c', 'ulimit -n 25; exec "$@"', 'sh'];
  const { code, stdout, stderr } = await ws.start(['run', 'movies'], { under }).done;
  expect([code, stdout, stderr.replace(/\s+/g, ' ')]).toEqual([
    1,
    '',
    expect.stringMatching(
      /^FLOW_HANDLES This process may open 25 files at once, and needs at least 64: raise/,
    ),
  ]);
});
