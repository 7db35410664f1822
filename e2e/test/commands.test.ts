import { MOVIES, texts } from '../lib/flows';
import { type Result, Workspace } from '../lib/workspace';

const workspace = new Workspace('commands', { 'movies/movies.flow.ts': MOVIES });
const { npx, warm: nx, nxFlow } = workspace;
/** Numbers to Nx, quoting to shells, options of Nx by name: text to us. */
const VALUES = {
  exponent: '12e3',
  hex: '0x10',
  octal: '007',
  quotes: `a b "c" 'd' $e \\f`,
  equals: 'x=y',
  empty: '',
  json: '{"a":[1]}',
  truth: 'false',
  negative: '-5',
  dashes: '--flow',
  parallel: '3',
  configuration: 'production',
  'kebab-case': '1.0',
  name: 'n',
};
/** An artifact's value, as it was recorded. */
const dump = async (pathspec: string): Promise<Record<string, unknown>> =>
  (await workspace.warmFlow('dump', 'movies', pathspec, '--json')).json().artifacts;

// Half a second of each is npx, and most of the rest is Nx being loaded: those as typed come first.
describe('the commands of the README, in order', () => {
  test('npx nx run movies:run --params.minVotes=500 runs the flow with that parameter', async () => {
    const { code, text } = npx('nx', 'run', 'movies:run', '--params.minVotes=500');
    expect(text).toContain('movies/1 done');
    expect(code).toBe(0);
    expect(await dump('1/playlist')).toMatchObject({ counts: [1, 2] });
  });

  test('npx nx run movies runs it with its defaults', async () => {
    const { code, text } = await nx('run', 'movies');
    expect(text).toContain('movies/2 done');
    expect(code).toBe(0);
    expect(await dump('2/playlist')).toMatchObject({ counts: [0, 2] });
  });

  test('npx nx spin movies --step=playlist executes that step on what the newest run recorded', () => {
    const { code, text } = npx('nx', 'spin', 'movies', '--step=playlist');
    expect(text).toContain('a playlist');
    expect(text).toMatch(/inputs of movies\/2\/playlist\/\d+/);
    expect(text).toMatch(/counts .* same/);
    expect(text).not.toContain('looking at');
    expect(code).toBe(0);
  });

  test('npx nx spin movies <run>/<step>/<task> executes that very task again', async () => {
    const { origin } = (await nx('spin', 'movies', '1/genre', '--index=1', '--json')).json();
    expect(origin).toMatch(/^movies\/1\/genre\/\d+$/);
    const { code, text } = await nx('spin', 'movies', origin.replace('movies/', ''));
    expect(text).toContain(`inputs of ${origin}, index 1 of 2 splits`);
    expect(text).toContain('looking at horror');
    expect(code).toBe(0);
  });

  test('the same through npx nx-flow', () => {
    const run = npx('nx-flow', 'run', 'movies', '--params.minVotes=500');
    expect(run.text).toContain('movies/3 done');
    const step = nxFlow('spin', 'movies', 'playlist');
    expect(step.text).toMatch(/inputs of movies\/3\/playlist\/\d+/);
    const [origin] = step.text.match(/3\/playlist\/\d+/) ?? [''];
    const task = nxFlow('spin', 'movies', origin);
    expect(task.text).toContain(`inputs of movies/${origin}`);
    expect([run.code, step.code, task.code]).toEqual([0, 0, 0]);
  });
});

describe('--json under Nx', () => {
  test('run prints its one object on stdout, and the rest on stderr', async () => {
    const result = await nx('run', 'movies:run', '--json');
    expect(result.json()).toEqual({
      version: 1,
      pathspec: expect.stringMatching(/^movies\/\d+$/),
      status: 'done',
      durationMs: expect.any(Number),
      tasks: expect.objectContaining({ done: 5, failed: 0 }),
    });
    expect(result.stdout).not.toContain('looking at');
    expect(result.stderr).toContain('looking at crime');
  });

  test('spin prints its one object on stdout', async () => {
    expect((await nx('spin', 'movies', 'playlist', '--json')).json()).toMatchObject({
      step: 'playlist',
      status: 'done',
      artifacts: { counts: { change: 'same', type: 'Array(2)' } },
      outputPath: 'dist/flow/movies/spin/playlist',
    });
  });
});

describe('values arrive as they were typed', () => {
  test('12e3 for a z.string() parameter, by both ways', async () => {
    const run = (result: Result) => result.json().pathspec.replace('movies/', '');
    const byNx = run(await nx('run', 'movies', '--params.sha=12e3', '--json'));
    const byEngine = run(nxFlow('run', 'movies', '--params.sha=12e3', '--json'));
    expect((await dump(`${byNx}/playlist`)).sha).toBe('12e3');
    expect((await dump(`${byEngine}/playlist`)).sha).toBe('12e3');
    const spun = (await nx('spin', 'movies', 'playlist', '--params.sha=07e1', '--json')).json();
    expect(spun.artifacts.sha).toMatchObject({ preview: '"07e1"' });
  });

  test('whatever they look like, and whatever their parameters are called', async () => {
    workspace.write({ 'texts/texts.flow.ts': texts(Object.keys(VALUES)) });
    const args = Object.entries(VALUES).map(([name, value]) => `--params.${name}=${value}`);
    for (const result of [
      await nx('run', 'texts', ...args, '--json'),
      nxFlow('run', 'texts', ...args, '--json'),
    ]) {
      const run = result.json().pathspec.split('/')[1];
      const { artifacts } = (await workspace.warmFlow('dump', 'texts', `${run}/start`, '--json')).json();
      expect(artifacts).toEqual({ given: VALUES });
    }
  });

  test('an artifact that is set', async () => {
    const films = '--set.films=[{"genre":"crime"},{"genre":"crime"}]';
    const { artifacts } = (await nx('spin', 'movies', 'genre', films, '--json')).json();
    expect(artifacts.count).toMatchObject({ preview: '2', change: 'changed' });
  });
});

describe('mistakes get one clear sentence, and the code that says whose they are', () => {
  test('an unknown step: 1 under nx, which knows no other, 2 under nx-flow', async () => {
    const sentence = 'There is no step "playlits" in movies. Did you mean "playlist"?';
    const under = [await nx('spin', 'movies', '--step=playlits'), nxFlow('spin', 'movies', 'playlits')];
    expect(under.map(({ text }) => text.includes(sentence))).toEqual([true, true]);
    expect(under.map(({ text }) => text.includes('FLOW_STEP_NOT_FOUND'))).toEqual([true, true]);
    expect(under.map(({ code }) => code)).toEqual([1, 2]);
  });

  test('an unknown option', async () => {
    const byNx = await nx('spin', 'movies', '--stpe=playlist');
    expect(byNx.text).toContain("'stpe' is not found in schema");
    expect(byNx.code).toBe(1);
    const byEngine = nxFlow('spin', 'movies', '--stpe=playlist');
    expect(byEngine.text).toContain('spin has no option --stpe. Did you mean "step"?');
    expect(byEngine.code).toBe(2);
  });

  test('an unknown parameter', async () => {
    const { code, text } = await nx('run', 'movies', '--params.minvotes=3');
    expect(text).toContain('"minvotes" is not a parameter of movies. Did you mean "minVotes"?');
    expect(code).toBe(1);
  });

  test('an argument too many', async () => {
    const { code, text } = await nx('run', 'movies', '500');
    expect(text).toContain("Schema does not support positional arguments. Argument '500' found");
    expect(code).toBe(1);
  });
});

test('help names the options, with examples', async () => {
  const { code, text } = workspace.nx('run', 'movies:spin', '--help');
  expect(text).toContain('Executes one step of a flow on the inputs that a run recorded');
  expect(text).toContain('--step');
  expect(text).toContain('nx spin <project> --step=<step>');
  expect(code).toBe(0);
});
