/** A command that is refused as bad usage writes nothing; where a command works is said where it may surprise. */
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Workspace } from '../kit/workspace';

let ws: Workspace;
beforeAll(() => {
  ws = new Workspace().shareProcess();
  ws.flow(
    'films',
    `const start = f.start(() => ({ list: ['a'] }));
     export default f.end(f.step('next', { after: start }, ({ self }) => ({ n: self.list.length })));`,
    'n: z.coerce.number().default(1)',
  );
  ws.flow('broken', 'export default 1 as never;');
});
afterAll(() => ws.dispose());

/** The flow `films` under another name, two folders below. */
const filmsAs = (name: string) =>
  ws
    .read('films.flow.ts')
    .replace(/'films'/, `'${name}'`)
    .replace('./signals', '../../signals');

/** Every folder and file with its content, but for what is installed. */
function tree(folder: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(folder, { recursive: true }) as string[]) {
    if (name.startsWith('node_modules')) continue;
    const path = join(folder, name);
    found[name] = lstatSync(path).isFile() ? readFileSync(path, 'utf8') : '';
  }
  return found;
}

const REFUSED = [
  ['run', 'films', '--params.n=many'],
  ['run', 'films', '--params.m=1', '--run-id-file=id.txt'],
  ['run', 'films', '--with=retry=lots'],
  ['run', 'films', '--namespace=everybody'],
  ['run', 'films', '--params.n=many', '--store=elsewhere/store'],
  ['run', 'film'],
  ['resume', 'films'],
  ['spin', 'films', 'nowhere'],
  ['spin', 'films', 'next'],
  ['spin', 'films', 'next', '--persist'],
  ['spin', 'films', 'start', '--set.x=1'],
  ['spin', 'films', 'start', '--params.n=many', '--persist'],
  ['spin', 'films', 'start', '--index=0', '--all'],
  ['step', 'films', 'nowhere'],
  ['step', 'films', 'start', '--params.n=many'],
  ['snapshot', 'films', '--params.n=many'],
  ['why', 'films', 'next'],
  ['show', 'films', '7'],
  ['dump', 'films'],
  ['tag', 'films', '7', '--add=x'],
  ['export', 'films', 'latest', 'films.nxflow'],
  ['import', 'none.nxflow'],
  ['check', 'broken'],
  ['verify', '--store=typo'],
  ['verify', '--repair', '--store=typo'],
  ['store', '--store=typo'],
  ['gc', '--store=typo'],
];

test('nothing is written by a command that is refused where there is no store yet', async () => {
  const before = tree(ws.folder);
  const wrote: string[] = [];
  for (const args of REFUSED) {
    const { code, stderr } = await ws.nxFlow(args);
    if (code !== 2) wrote.push(`${args.join(' ')} ended with ${code}: ${stderr}`);
    const after = tree(ws.folder);
    if (JSON.stringify(after) === JSON.stringify(before)) continue;
    const added = Object.keys(after).filter((name) => !(name in before));
    wrote.push(`${args.join(' ')} wrote ${added.join(', ')}`);
    return expect(wrote).toEqual([]);
  }
  expect(wrote).toEqual([]);
});

test('a store that is read and has nothing is not made; the first run makes it, and reads follow', async () => {
  const before = tree(ws.folder);
  expect((await ws.ok(['runs', 'films', '--json'])).json.runs).toEqual([]);
  expect((await ws.ok(['runs', 'films'])).stdout).toContain(
    'films has no runs in the namespace user:tester yet',
  );
  for (const args of [
    ['verify'],
    ['check', 'films'],
    ['spin', 'films', '--help'],
    ['runs', 'films', '--tag=x'],
  ])
    await ws.ok(args);
  expect(tree(ws.folder)).toEqual(before);
  ws.write('id.txt', '77');
  await ws.nxFlow(['run', 'films', '--params.n=many', '--run-id-file=id.txt']);
  expect(ws.read('id.txt')).toBe('77');
  await ws.ok(['run', 'films', '--run-id-file=id.txt', '--max-workers=1']);
  expect(ws.read('id.txt')).toBe('1');
  expect((await ws.ok(['runs', 'films', '--json'])).json.runs).toHaveLength(1);
});

test('a store that the search no longer finds, and a folder that it passes over, get one line on stderr', async () => {
  // The run before is in the store of the outermost package, and this package is not one of its workspaces.
  ws.write('own/shop/package.json', '{"name":"shop"}');
  ws.write('own/shop/goods.flow.ts', filmsAs('goods'));
  const shop = ws.path('own/shop');
  const { stdout, stderr, json } = await ws.ok(['run', 'goods', '--json', '--max-workers=1'], { cwd: shop });
  expect(json.pathspec).toBe('goods/1');
  expect(stdout).not.toContain('!');
  expect(stderr.split('\n').filter((line) => line.startsWith('!'))).toEqual([
    `! ${ws.path('.flow')} holds runs that were recorded from here before: --store=${ws.path('.flow')} uses it. The store is now ${join(shop, '.flow')}.`,
  ]);
  const named = await ws.ok(['runs', 'films', '--json', `--store=${ws.path('.flow')}`], { cwd: shop });
  expect([named.stderr.includes('!'), named.json.runs.length]).toEqual([false, 1]);

  writeFileSync(ws.path('own/nx.json'), '{}');
  chmodSync(ws.path('own'), 0o777);
  const passed = await ws.ok(['runs', 'goods', '--json'], { cwd: shop });
  expect(passed.json.runs).toHaveLength(1);
  expect(passed.stderr).toContain(
    `! ${ws.path('own')} is not taken as the workspace, since everybody can write it: ${shop} is. NX_FLOW_SAFE=${ws.path('own')} allows it.\n`,
  );
  const allowed = await ws.ok(['runs', 'goods', '--json'], {
    cwd: shop,
    env: { NX_FLOW_SAFE: ws.path('own') },
  });
  expect(allowed.json.runs).toEqual([]);
  expect(allowed.stderr).toContain(`! ${join(shop, '.flow')} holds runs`);
  expect(allowed.stderr).not.toContain('is not taken');
});

test('check executes no flow of a folder above that is no workspace of the package', async () => {
  mkdirSync(ws.path('lone/deep'), { recursive: true });
  ws.write('lone/package.json', '{"name":"lone"}');
  ws.write('lone/deep/only.flow.ts', filmsAs('only'));
  const { json } = await ws.ok(['check', '--json'], { cwd: ws.path('lone/deep') });
  expect(json.flows.map(({ flow }: { flow: string }) => flow)).toEqual(['only']);
});

test('no store is opened beside one that cannot be read: that of the spins, or that of the runs for what removes', async () => {
  const other = new Workspace();
  try {
    other.write('films.flow.ts', ws.read('films.flow.ts'));
    for (const line of [
      ['run', 'films'],
      ['spin', 'films', 'next', '--persist'],
    ])
      await other.ok(line);
    await other.quiet();
    const isRefused = async (line: string[]) => {
      const before = tree(other.path('.flow'));
      const { code, stderr } = await other.nxFlow(line);
      expect([line, code, stderr]).toEqual([line, 2, expect.stringContaining('FLOW_STORE_FORMAT')]);
      await other.quiet();
      expect(tree(other.path('.flow'))).toEqual(before);
    };
    const stamp = other.read('.flow/db/nx-flow.json');
    const newer = '{"format":99,"digests":1}';
    other.write('.flow/db/nx-flow.json', newer);
    for (const line of [['spin', 'films', 'next', '--persist'], ['gc'], ['store'], ['verify', '--repair']])
      await isRefused(line);
    other.write('.flow/db/nx-flow.json', stamp);
    other.write('.flow/spin/db/nx-flow.json', newer);
    await other.ok(['run', 'films']);
    const gc = await other.nxFlow(['gc', '--keep-last=1']);
    expect([gc.code, gc.stderr]).toEqual([2, expect.stringContaining('FLOW_STORE_FORMAT')]);
    expect((await other.ok(['runs', 'films', '--json'])).json).toMatchObject({ runs: [{}, {}] });
  } finally {
    await other.dispose();
  }
});
