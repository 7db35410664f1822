import { Workspace } from '../kit/workspace';

let ws: Workspace;
beforeAll(async () => {
  ws = new Workspace().shareProcess();
  ws.flow(
    'tagged',
    `const start = f.start(async ({ params, current }) => {
       tell('started');
       if (params.wait) await hear('go');
       return { tags: [...current.tags] };
     });
     export default f.end(start);`,
    'wait: z.coerce.number().default(0)',
  );
  ws.flow('plain', 'export default f.end(f.start(() => ({ n: 1 })));');
});
afterAll(() => ws.dispose());
afterEach(() => ws.silence());

const runsOf = async (...args: string[]) =>
  (await ws.ok(['runs', ...args, '--json'])).json.runs.map(({ pathspec }: { pathspec: string }) => pathspec);

test('tags that several commands add and remove while the run goes on all stand, and so does the run', async () => {
  const run = ws.start(['run', 'tagged', '--params.wait=1', '--tag=first', '--tag=gone', '--json']);
  await ws.hear('started');
  const tags = ['a', 'b', 'two words', 'd/e'];
  await Promise.all([
    ...tags.map((tag) => ws.ok(['tag', 'tagged', '1', `--add=${tag}`, '--add=all'])),
    ws.ok(['tag', 'tagged', '1', '--remove=gone']),
  ]);
  expect(await runsOf('tagged', '--tag=two words', '--status=running')).toEqual(['tagged/1']);
  ws.tell('go');
  expect((await run.done).json).toMatchObject({ status: 'done', tasks: { done: 2, failed: 0 } });
  const { json } = await ws.ok(['tag', 'tagged', '1', '--json']);
  expect(json).toEqual({
    pathspec: 'tagged/1',
    tags: ['first', 'a', 'all', 'b', 'd/e', 'two words'],
    systemTags: ['user:tester'],
  });
  // The tasks saw those of the start.
  expect((await ws.ok(['dump', 'tagged', '--json'])).json.artifacts.tags).toEqual(['first', 'gone']);
  const { json: shown } = await ws.ok(['show', 'tagged', '1', '--json']);
  expect(shown.tags).toEqual(json.tags);
});

test('runs are filtered by tags, status and user', async () => {
  ws.flow(
    'mixed',
    `export default f.end(f.start(({ params }) => { if (params.fail) throw new Error('no'); }));`,
    'fail: z.coerce.number().default(0)',
  );
  await ws.ok(['run', 'mixed', '--tag=x', '--tag=y']);
  await ws.nxFlow(['run', 'mixed', '--tag=x', '--params.fail=1']);
  await ws.ok(['run', 'mixed', '--tag=y', '--namespace=user:tester'], { env: { NX_FLOW_USER: 'mia' } });
  const [x, xy, failed, mia, none, limited, wrong] = await Promise.all([
    runsOf('mixed', '--tag=x'),
    runsOf('mixed', '--tag=x', '--tag=y'),
    runsOf('mixed', '--status=failed'),
    runsOf('mixed', '--user=mia'),
    ws.ok(['runs', 'mixed', '--tag=z']),
    runsOf('mixed', '--tag=y', '--limit=1'),
    ws.nxFlow(['runs', 'mixed', '--status=don']),
  ]);
  expect(x).toEqual(['mixed/2', 'mixed/1']);
  expect(xy).toEqual(['mixed/1']);
  expect(failed).toEqual(['mixed/2']);
  expect(mia).toEqual(['mixed/3']);
  expect(none.stdout).toBe('mixed has no such runs in the namespace user:tester.\n');
  expect(limited).toEqual(['mixed/3']);
  expect([wrong.code, wrong.stderr]).toEqual([
    2,
    'FLOW_OPTION  --status takes one of running, done, failed, stopped, killed, not "don".\n',
  ]);
});

test('what cannot be tagged, and what cannot be a tag, is said', async () => {
  await ws.ok(['run', 'plain']);
  const said = async (...args: string[]) => {
    const { code, stderr } = await ws.nxFlow(args);
    return [code, stderr];
  };
  const [which, step, none, system, both, printed, started] = await Promise.all([
    said('tag', 'plain', '--add=x'),
    said('tag', 'plain', '1/start', '--add=x'),
    said('tag', 'plain', '9', '--add=x'),
    said('tag', 'plain', '1', '--remove=user:tester'),
    said('tag', 'plain', '1', '--add=x', '--remove=x'),
    said('tag', 'plain', '1', '--add=a\tb'),
    said('run', 'plain', '--tag=user:boss'),
  ]);
  expect(which).toEqual([2, 'FLOW_USAGE  Which run? Tags belong to runs: nx-flow tag plain <run>.\n']);
  expect(step).toEqual([
    2,
    'FLOW_USAGE  "1/start" is no run: tags belong to runs, which have numbers: nx-flow tag plain <run>.\n',
  ]);
  expect(none).toEqual([2, 'FLOW_RUN_NOT_FOUND  There is no run plain/9. Its newest runs: 1.\n']);
  expect(system).toEqual([
    2,
    'FLOW_TAG_SYSTEM  "user:tester" is a system tag, which nobody can add or remove: choose one that does not begin with "user:".\n',
  ]);
  expect(both).toEqual([2, 'FLOW_USAGE  The tag "x" is given to be added and to be removed: do one.\n']);
  expect(printed).toEqual([
    2,
    'FLOW_TAG  The tag "a\\tb" holds characters that cannot be printed: leave them out.\n',
  ]);
  expect(started).toEqual([2, expect.stringMatching(/^FLOW_TAG_SYSTEM {2}"user:boss" is a system tag/)]);
  expect((await ws.ok(['tag', 'plain', '1', '--remove=never'])).stdout).toBe(
    '! plain/1 has no tag "never"\nplain/1\n  user:tester\n',
  );
});

describe('namespaces', () => {
  const ended = { env: { NX_FLOW_USER: 'mia' } };

  test('every command that looks the newest up finds one’s own, a given one’s, or everybody’s', async () => {
    ws.flow(
      'whose',
      `export default f.end(f.start(({ current }) => { console.log(current.user); return { user: current.user, space: current.namespace }; }));`,
    );
    await ws.ok(['run', 'whose']);
    await ws.ok(['run', 'whose'], ended);
    const found = async (namespace?: string) => {
      const given = namespace === undefined ? [] : [`--namespace=${namespace}`];
      const [show, dump, logs, spin, runs] = await Promise.all(
        ['show', 'dump', 'logs', 'spin', 'runs'].map(async (name) => {
          const step = name === 'spin' ? ['start'] : [];
          return (await ws.ok([name, 'whose', ...step, ...given, '--json'])).json;
        }),
      );
      const run = (pathspec: string) => Number(pathspec.split('/')[1]);
      return [show.pathspec, dump.pathspec, logs.pathspec, spin.origin, runs.runs[0].pathspec].map(run);
    };
    expect(await found()).toEqual([1, 1, 1, 1, 1]);
    expect(await found('user:mia')).toEqual([2, 2, 2, 2, 2]);
    expect(await found('everybody')).toEqual([2, 2, 2, 2, 2]);
  });

  test('a number names a run of anybody; diff and resume obey the same rule', async () => {
    const [others, mixed, refused] = await Promise.all([
      ws.ok(['show', 'whose', '2', '--json']),
      ws.ok(['diff', 'whose', '--namespace=everybody', '--json']),
      ws.nxFlow(['diff', 'whose']),
    ]);
    expect(others.json.namespace).toBe('user:mia');
    expect([mixed.json.before, mixed.json.after, mixed.json.user]).toEqual([
      'whose/1',
      'whose/2',
      { before: 'tester', after: 'mia' },
    ]);
    expect(refused.stderr).toContain('There is no run before whose/1 in the namespace user:tester');
    // What resumes everybody's newest run is one's own.
    const resumed = await ws.ok(['resume', 'whose', 'start', '--namespace=everybody', '--json']);
    expect(resumed.json.pathspec).toBe('whose/3');
    const { json } = await ws.ok(['show', 'whose', '--json']);
    expect([json.pathspec, json.namespace, json.origin]).toEqual(['whose/3', 'user:tester', 'whose/2']);
    // A spin of anybody's inputs is one's own too.
    const spun = await ws.ok(['spin', 'whose', '2/start', '--namespace=everybody', '--json']);
    expect(spun.json.artifacts.space.preview).toBe("'user:tester'".replaceAll("'", '"'));
  });

  test('a run cannot be everybody’s; where there is none, the sentence says who has some', async () => {
    const [run, show, spin] = await Promise.all([
      ws.nxFlow(['run', 'whose', '--namespace=everybody']),
      ws.nxFlow(['show', 'whose', '--namespace=prod']),
      ws.nxFlow(['spin', 'whose', 'end', '--namespace=prod']),
    ]);
    expect([run.code, run.stderr]).toEqual([
      2,
      'FLOW_NAMESPACE  A run is in one namespace, and "everybody" stands for all of them: give another, or none.\n',
    ]);
    const others =
      '. There are runs in user:mia, user:tester: --namespace=everybody (in code, namespace: null) finds those too.\n';
    expect([show.code, show.stderr]).toEqual([
      2,
      `FLOW_RUN_NOT_FOUND  whose has no run in the namespace prod yet: nx-flow run whose${others}`,
    ]);
    expect([spin.code, spin.stderr]).toEqual([
      2,
      `FLOW_NO_INPUTS  "end" needs inputs, and whose has no run in the namespace prod yet: run it first, with \`nx-flow run whose\`${others}`,
    ]);
  });
});
