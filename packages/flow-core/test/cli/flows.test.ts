import { mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { Workspace } from '../kit/workspace';

let ws: Workspace;
beforeAll(() => {
  ws = new Workspace().shareProcess();
});
afterAll(() => ws.dispose());

const one = (name: string, body = '() => ({ a: 1 })') =>
  `import { flow } from '@nx-flow/core';\nconst f = flow('${name}');\nexport default f.end(f.start(${body}));\n`;
const done = (args: string[], cwd = ws.folder) =>
  ws.ok([...args, '--json'], { cwd }).then(({ json }) => json.pathspec ?? json.origin);

test('a flow is run by its name from the root and from a sub-folder, by its file from anywhere: one store', async () => {
  ws.write('packages/films/movies.flow.ts', one('movies'));
  ws.write('packages/films/package.json', '{"name":"films"}');
  expect(await done(['run', 'movies'])).toBe('movies/1');
  expect(await done(['run', 'movies'], ws.path('packages/films'))).toBe('movies/2');
  expect(await done(['run', 'packages/films/movies.flow.ts'])).toBe('movies/3');
  expect(await done(['run', 'movies.flow.ts'], ws.path('packages/films'))).toBe('movies/4');
  expect(await done(['run', ws.path('packages/films/movies.flow.ts')], tmpdir())).toBe('movies/5');
  expect(await done(['spin', ws.path('packages/films/movies.flow.ts'), 'end'], '/')).toBe('movies/5/end/2');
  expect(await done(['dump', './packages/films/movies.flow.ts'])).toBe('movies/5/end/2');
});

test('relative paths in a step count from the workspace, wherever the command is given', async () => {
  ws.write('data/x.txt', 'found');
  mkdirSync(ws.path('elsewhere'));
  ws.write(
    'reads.flow.ts',
    `import { flow } from '@nx-flow/core';
import { readFileSync } from 'node:fs';
const atImport = readFileSync('data/x.txt', 'utf8');
const f = flow('reads');
export default f.end(f.start(() => ({ text: readFileSync('data/x.txt', 'utf8') + atImport })));
`,
  );
  await ws.ok(['run', 'reads'], { cwd: ws.path('elsewhere') });
  const { json } = await ws.ok(['spin', 'reads', 'start', '--json'], { cwd: ws.path('elsewhere') });
  expect(json.artifacts.text).toMatchObject({ change: 'same', preview: '"foundfound"' });
});

test('ES module packages and CommonJS packages both work, also with top-level await', async () => {
  ws.write('packages/esm/package.json', '{"name":"esm","type":"module"}');
  ws.write('packages/esm/other.ts', 'export const b = await Promise.resolve(2);\n');
  ws.write(
    'packages/esm/modern.flow.ts',
    `import { b } from './other.ts';\nawait null;\n${one('modern', '() => ({ b })')}`,
  );
  ws.write('packages/cjs/package.json', '{"name":"cjs","type":"commonjs"}');
  ws.write(
    'packages/cjs/classic.flow.ts',
    `const { join } = require('node:path');\n${one('classic', "() => ({ b: join('a', 'b') })")}`,
  );
  for (const name of ['modern', 'classic']) {
    expect(await done(['run', name])).toBe(`${name}/1`);
    expect((await ws.ok(['spin', name, 'start', '--json'])).json.artifacts.b.change).toBe('same');
  }
});

test('a name that two files claim is refused, and each is run by its file', async () => {
  ws.write('a/twin.flow.ts', one('twin'));
  ws.write('b/twin.flow.ts', one('twin'));
  const refused = await ws.nxFlow(['run', 'twin']);
  expect(refused).toMatchObject({
    code: 2,
    stderr:
      'FLOW_AMBIGUOUS  The name "twin" is claimed by a/twin.flow.ts and b/twin.flow.ts: give the file instead, or rename one.\n',
  });
  expect(await done(['run', 'b/twin.flow.ts'])).toBe('twin/1');
});

test('a flow of another name than its file has is found by its own; check warns', async () => {
  ws.write('odd.flow.ts', one('even'));
  expect(await done(['run', 'even'])).toBe('even/1');
  expect(await done(['dump', 'odd.flow.ts'])).toBe('even/1/end/2');
  const [checked, unknown] = await Promise.all([ws.ok(['check', 'even']), ws.nxFlow(['run', 'odd'])]);
  expect(checked.stdout).toContain(
    '! odd.flow.ts:2:11  The flow "even" lies in odd.flow.ts: name the file even.flow.ts, or the flow "odd".  FLOW_FILE_NAME\n',
  );
  expect(unknown).toMatchObject({ code: 2 });
  expect(unknown.stderr).toContain('FLOW_NOT_FOUND  There is no flow "odd"');
});

test('--store and NX_FLOW_STORE say where the store is; a path too long for a socket works', async () => {
  const deep = ws.path('d'.repeat(60), 'e'.repeat(60));
  expect(await done(['run', 'even', `--store=${deep}`])).toBe('even/1');
  const { json } = await ws.ok(['dump', 'even', '--json'], { env: { NX_FLOW_STORE: deep } });
  expect(json.pathspec).toBe('even/1/end/2');
  rmSync(deep, { recursive: true });
});

test('a namespace has its own latest run', async () => {
  ws.write('spaces.flow.ts', one('spaces'));
  await ws.ok(['run', 'spaces']);
  await ws.ok(['run', 'spaces', '--namespace=team']);
  await ws.ok(['run', 'spaces'], { env: { NX_FLOW_USER: 'other' } });
  const [mine, team, all] = await Promise.all([
    ws.ok(['runs', 'spaces', '--json']),
    done(['spin', 'spaces', 'end', '--namespace=team']),
    ws.ok(['runs', 'spaces', '--namespace=everybody', '--json']),
  ]);
  expect(mine.json.runs.map(({ pathspec }: { pathspec: string }) => pathspec)).toEqual(['spaces/1']);
  expect(team).toBe('spaces/2/end/2');
  expect(all.json.runs.map(({ user }: { user: string }) => user)).toEqual(['other', 'tester', 'tester']);
});

describe('help', () => {
  test('of the command names every command, and of a flow its steps and parameters', async () => {
    ws.flow(
      'helped',
      `const start = f.start(() => ({ ns: [1] }));
       const each = f.foreach('each', { after: start, over: 'ns' }, () => ({}));
       export default f.end(f.join('all', { after: each }, () => ({})));`,
      `minVotes: z.coerce.number().default(1000).describe('fewest votes'), sha: z.string()`,
    );
    const [overview, bare, spin, broken] = await Promise.all([
      ws.ok(['--help']),
      ws.ok([]),
      ws.ok(['spin', 'helped', '--help']),
      ws.nxFlow(['spin', 'nosuch', '--help']),
    ]);
    for (const name of ['run', 'spin', 'show', 'check', 'runs', 'dump', 'logs'])
      expect(overview.stdout).toMatch(new RegExp(`nx-flow ${name} [<[]flow[>\\]]`));
    expect(bare.stdout).toBe(overview.stdout);
    for (const line of [
      /^nx-flow spin <flow>/m,
      /^ {2}--index=<n>/m,
      /^ {2}--params\.<name>=<value>/m,
      /^ {2}each +foreach +start +over ns$/m,
      /^ {2}all +join +each$/m,
      /^ {2}--params\.minVotes=… +default 1000 +fewest votes$/m,
      /^ {2}--params\.sha=… +required/m,
    ]) {
      expect(spin.stdout).toMatch(line);
    }
    expect(broken).toMatchObject({ code: 2 });
    expect(broken.stdout).toContain('nx-flow spin <flow>');
    expect(broken.stderr).toContain('FLOW_NOT_FOUND');
  });

  test('of every command is there without a flow', async () => {
    const commands = ['run', 'show', 'check', 'runs', 'dump', 'logs'];
    const shown = await Promise.all(commands.map((name) => ws.ok([name, '--help'])));
    shown.forEach(({ stdout }, i) => {
      expect(stdout).toMatch(new RegExp(`nx-flow ${commands[i]} [<[]flow[>\\]]`));
      expect(stdout).toContain('Examples');
    });
    expect((await ws.ok(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
