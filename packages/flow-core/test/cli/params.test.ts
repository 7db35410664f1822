import { Workspace } from '../kit/workspace';

let ws: Workspace;
beforeAll(() => {
  ws = new Workspace().shareProcess();
  ws.flow(
    'given',
    `const start = f.start(({ params }) => ({ seen: { ...params } }));
     const next = f.step('next', { after: start }, ({ self, params }) => ({ again: params, text: self.seen.sha }));
     export default f.end(next);`,
    `sha: z.string().default(''), k: z.string().default(''), n: z.coerce.number().default(0),
     name: z.string().default(''), json: z.string().default(''), step: z.string().default(''), help: z.string().default(''),
     'with-dash': z.string().default('')`,
  );
});
afterAll(() => ws.dispose());

const seen = async (...args: string[]) => {
  const { json } = await ws.ok(['run', 'given', '--json', ...args]);
  return (await ws.ok(['dump', 'given', `${json.pathspec.split('/')[1]}/start`, '--json'])).json.artifacts
    .seen;
};

test('a text stays the text that was given', async () => {
  expect(
    await seen(
      '--params.sha=12e3',
      '--params.k',
      'a value',
      '--params.n=1e3',
      '--params.name=x=y',
      '--params.json="q"',
      "--params.step=it's",
      '--params.help=',
      '--params.with-dash=-5',
    ),
  ).toEqual({
    sha: '12e3',
    k: 'a value',
    n: 1000,
    name: 'x=y',
    json: '"q"',
    step: "it's",
    help: '',
    'with-dash': '-5',
  });
  expect(
    await seen(
      '--params.sha=01',
      '--params.k=true',
      '--params.n',
      '-5',
      '--params.name= padded ',
      '--params.json={"a":[1]}',
      '--params.step=é 東',
      '--params.help=null',
    ),
  ).toEqual({
    sha: '01',
    k: 'true',
    n: -5,
    name: ' padded ',
    json: '{"a":[1]}',
    step: 'é 東',
    help: 'null',
    'with-dash': '',
  });
});

test('one that is given twice is refused; the store keeps them as they were given', async () => {
  expect(await ws.nxFlow(['run', 'given', '--params.sha=1', '--params.sha=12e3', '--json'])).toMatchObject({
    code: 2,
    json: { error: { code: 'FLOW_OPTION', message: '--params.sha is given twice: give it once.' } },
  });
  expect(await seen('--params.sha=12e3')).toMatchObject({ sha: '12e3' });
  const { runs } = (await ws.ok(['runs', 'given', '--json'])).json;
  expect(runs[0].params).toEqual({ sha: '12e3' });
});

test('a spin takes them over, and takes others: 12e3 stays 12e3', async () => {
  await ws.ok(['run', 'given', '--params.sha=12e3']);
  const [same, other, set] = await Promise.all([
    ws.ok(['spin', 'given', 'next', '--json']),
    ws.ok(['spin', 'given', 'start', '--params.sha=13e4', '--json']),
    ws.ok(['spin', 'given', 'end', '--set.x=1', '--set.text=01', '--json']),
  ]);
  expect(same.json.artifacts).toMatchObject({
    again: { change: 'same' },
    text: { change: 'same', preview: '"12e3"' },
  });
  expect(other.json.artifacts.seen.preview).toContain("sha: '13e4'");
  expect(set.json.status).toBe('done');
});

test('all that is wrong is told at once, with the nearest names', async () => {
  ws.flow(
    'strict',
    `export default f.end(f.start(() => ({})));`,
    `min: z.coerce.number().describe('fewest votes'), sha: z.string().length(3), rate: z.number()`,
  );
  const refused = await ws.nxFlow([
    'run',
    'strict',
    '--params.sah=abc',
    '--params.sha=abcd',
    '--params.rate=1',
    '--json',
  ]);
  expect(refused.code).toBe(2);
  expect(
    refused.json.error.problems.map(
      ({ code, message }: { code: string; message: string }) => `${code} ${message}`,
    ),
  ).toEqual([
    'FLOW_PARAM_UNKNOWN "sah" is not a parameter of strict. Did you mean "sha"?',
    'FLOW_PARAM_TYPE "min" is required: give it as --params.min=… (fewest votes)'.replace('TYPE', 'MISSING'),
    'FLOW_PARAM_TYPE "sha" cannot be "abcd": Too big: expected string to have exactly 3 characters',
    'FLOW_PARAM_TYPE "rate" cannot be "1": it takes a number, and this is text: let the schema read it, by z.coerce.number()',
  ]);
  expect(await ws.nxFlow(['runs', 'strict', '--json'])).toMatchObject({ json: { runs: [] } });
});
