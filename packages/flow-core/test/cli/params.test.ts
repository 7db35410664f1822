import { writeFileSync } from 'node:fs';
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

test('what would be read as something else is refused; a params file may have a byte order mark', async () => {
  const lossy = ['', ' ', '9007199254740993'];
  const refused = [];
  for (const n of lossy)
    refused.push((await ws.nxFlow(['spin', 'given', 'start', `--params.n=${n}`, '--json'])).json.error);
  expect(refused.map(({ message }) => message.replace(/^.*?right: /, ''))).toEqual([
    '"n" cannot be "": an empty text is no number',
    '"n" cannot be " ": an empty text is no number',
    '"n" cannot be "9007199254740993": a number cannot hold all its digits, and would be 9007199254740992: let the schema take it as text or, if it is whole, by z.coerce.bigint()',
  ]);
  const file = (bytes: Buffer) => {
    writeFileSync(ws.path('given.json'), bytes);
    return ws.nxFlow(['spin', 'given', 'start', '--params-file=given.json', '--json']);
  };
  const json = '{"sha":"é","n":"7"}';
  const utf16 = Buffer.from(`\uFEFF${json}`, 'utf16le');
  for (const bytes of [Buffer.from(`\uFEFF${json}`), utf16, Buffer.from(utf16).swap16()])
    expect((await file(bytes)).json.artifacts.seen.preview).toContain("sha: 'é'");
  const said = async (bytes: Buffer) => (await file(bytes)).json.error.message.replace(ws.folder, '<ws>');
  expect(await said(Buffer.from(json, 'latin1'))).toBe(
    '<ws>/given.json is no text in UTF-8: save it as such.',
  );
  expect(await said(Buffer.from('{"n":1,"n":2}'))).toBe(
    '<ws>/given.json cannot be read as JSON: "n" is given twice: give it once',
  );
});

test('--set keeps the type of what it replaces, or says what it does', async () => {
  ws.flow(
    'typed',
    `const start = f.start(() => ({ zip: '0815', rows: [1, 2], n: 1 }));
     const next = f.step('next', { after: start }, ({ self }) => ({ seen: [self.zip, self.rows, self.n] }));
     export default f.end(next);`,
  );
  await ws.ok(['run', 'typed', '--max-workers=1']);
  const { json, stderr } = await ws.ok([
    ...[
      'spin',
      'typed',
      'next',
      '--json',
      '--set.zip=2134',
      '--set.rows=[]',
      '--set.n="one"',
      '--set.more=02',
    ],
  ]);
  expect(json.artifacts.seen.preview).toBe("[ '2134', [], 'one' ]");
  expect(stderr).toContain('! "n" is a number in the inputs, and is given as text.\n');
  expect(stderr).toContain('The inputs have no artifact "more": it is given as a new one, text.');
  const refused = await ws.nxFlow(['spin', 'typed', 'next', '--json', '--set.rows=[1,2']);
  expect([refused.code, refused.json.error.code]).toEqual([2, 'FLOW_USAGE']);
  expect(refused.json.error.message).toMatch(
    /^--set\.rows=\[1,2 is refused: that is no JSON \(.*\), and "rows" is a list\. To give text all the same, quote it: --set\.rows='"\[1,2"'\.$/,
  );
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
