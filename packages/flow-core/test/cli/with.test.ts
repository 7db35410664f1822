import { Workspace } from '../kit/workspace';

let ws: Workspace;
beforeAll(() => {
  ws = new Workspace().shareProcess();
  ws.flow(
    'shaky',
    `const start = f.start(() => ({ color: process.env.COLOR }));
     const own = f.step('own', { after: start, retry: 0 }, ({ current }) => ({ attempt: current.attempt }));
     const shaky = f.step('shaky', { after: start }, ({ current }) => {
       const left = [process.umask() === 0o77, process.listenerCount('SIGUSR2') > 0, Math.random() === 2];
       if (current.attempt < 2) {
         // The next attempt finds none of it.
         process.env.COLOR = 'of an attempt'; process.umask(0o77); process.on('SIGUSR2', () => {});
         if (current.attempt === 0) Math.random = () => 2;
         throw new Error('attempt ' + current.attempt);
       }
       return { attempts: current.attempt + 1, color: process.env.COLOR, left };
     });
     export default f.end(f.gather('both', { after: { own, shaky } }, ({ inputs }) => ({ ...merge(inputs, { exclude: ['color'] }), color: inputs.shaky.color })));`,
  );
  ws.flow(
    'hangs',
    `const start = f.start(() => ({}));
     const hangs = f.step('hangs', { after: start }, () => { for (;;); });
     export default f.end(hangs);`,
  );
});
afterEach(() => ws.quiet());
afterAll(() => ws.dispose());

test('a run is given options for all steps: by the coordinator and by its workers, and show tells', async () => {
  const { json } = await ws.ok([
    'run',
    'shaky',
    '--with',
    'retry:times=2,wait=1ms',
    '--with=env:COLOR=red',
    '--json',
  ]);
  expect(json.tasks).toEqual({ done: 5, failed: 0 });
  expect((await ws.ok(['dump', 'shaky', '--json'])).json.artifacts).toEqual({
    attempt: 0,
    attempts: 3,
    color: 'red',
    left: [false, false, false],
  });
  const shown = await ws.ok(['show', 'shaky', '--json']);
  // The value of a variable may be a secret.
  expect(shown.json.with).toEqual(['retry:times=2,wait=1ms', 'env:COLOR=…']);
  expect(shown.stderr).toContain('with retry:times=2,wait=1ms env:COLOR=…');
});

test('a resumed run takes them too; the origin keeps its own', async () => {
  const failed = await ws.nxFlow(['run', 'shaky', '--with=isolate', '--json']);
  expect(failed).toMatchObject({ code: 1, json: { tasks: { done: 2, failed: 1 } } });
  const { json } = await ws.ok(['resume', 'shaky', '--with=retry=2', '--with=env:COLOR=blue', '--json']);
  expect(json.tasks).toEqual({ done: 3, failed: 0, taken: 2 });
  // start was taken over, from before there was a color.
  expect(
    (await ws.nxFlow(['dump', 'shaky', `${json.pathspec.split('/')[1]}/shaky`, '--json'])).json.artifacts,
  ).toEqual({
    attempts: 3,
    color: 'blue',
    left: [false, false, false],
  });
});

test('timeout and catch hold in a run; a spin keeps timeout and env, and says what it does not apply', async () => {
  const { json } = await ws.ok(['run', 'hangs', '--with=timeout=100ms', '--with=catch=error', '--json']);
  expect(json.tasks).toEqual({ done: 3, failed: 0 });
  const args = [
    'spin',
    'hangs',
    'hangs',
    '--with=timeout=100ms',
    '--with=catch=error',
    '--with=retry=3',
    '--json',
  ];
  const spun = await ws.nxFlow(args);
  expect(spun).toMatchObject({ code: 1, json: { error: { code: 'FLOW_TIMEOUT' } } });
  expect(spun.stderr).toContain('retry and catch not applied: a spin shows the error as it is');
  const colored = await ws.ok(['spin', 'shaky', 'start', '--with=env:COLOR=green', '--json']);
  expect(colored.json.artifacts.color.preview).toBe('"green"');
});

test('what cannot be given is refused before anything starts', async () => {
  for (const command of [
    ['run', 'shaky'],
    ['resume', 'shaky'],
    ['spin', 'shaky', 'start'],
  ]) {
    const { code, json } = await ws.nxFlow([...command, '--with=retri=3', '--json']);
    expect([code, json.error.code]).toEqual([2, 'FLOW_WITH']);
    expect(json.error.message).toMatch(
      /^--with=retri=3: no such option can be given to all steps\. Did you mean "retry"\?/,
    );
  }
});
