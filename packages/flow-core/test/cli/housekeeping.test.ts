/** store, rm, gc and the retention of flow.json, as they are typed. */
import { existsSync, readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { Workspace } from '../kit/workspace';

let ws: Workspace;
beforeEach(() => {
  ws = new Workspace().shareProcess();
  ws.flow(
    'films',
    `const start = f.start(async ({ params, current }) => {
       if (params.wait) { tell('started'); await hear('go'); }
       return { n: 1, big: new Uint8Array(100_000).fill(Number(current.run.split('/').at(-1))) };
     });
     export default f.end(f.step('end_', { after: start }, ({ self }) => ({ sum: self.n + 1 })));`,
    'wait: z.coerce.number().default(0)',
  );
});
afterEach(() => ws.dispose());

const run = (...more: string[]) => ws.ok(['run', 'films', ...more]);
const runs = async () =>
  (await ws.ok(['runs', 'films', '--namespace=everybody', '--json'])).json.runs.map(
    ({ pathspec }: { pathspec: string }) => pathspec,
  );
const refused = async (...args: string[]) => {
  const { code, stderr } = await ws.nxFlow(args);
  expect(code).toBe(2);
  return stderr;
};
/** As if all large values had been stored long ago. */
function age(): void {
  const cas = ws.path('.flow', 'cas');
  for (const name of readdirSync(cas, { recursive: true }) as string[]) utimesSync(join(cas, name), 0, 0);
}

test('rm removes runs by number and by tag, and says what stays; what it cannot do changes nothing', async () => {
  for (let i = 0; i < 3; i++) await run('--tag=exp');
  await ws.ok(['resume', 'films', 'end_', '--origin=1']);
  const before = await ws.store();
  expect(await refused('rm', 'films')).toMatch(/^FLOW_USAGE {2}Which runs\?/);
  expect(await refused('rm', 'films', '1', '--tag=exp')).toMatch(
    /^FLOW_USAGE {2}Runs are removed by their numbers or by tags, and/,
  );
  expect(await refused('rm', 'films', '1/start')).toMatch(/^FLOW_USAGE {2}"1\/start" is no run/);
  expect(await refused('rm', 'films', '1', '9')).toMatch(/^FLOW_RUN_NOT_FOUND {2}There is no run films\/9/);
  expect(await refused('rm', 'films', '--tag=none')).toBe(
    'FLOW_RUN_NOT_FOUND  films has no run with the tag "none" in the namespace user:tester: nx-flow runs films lists its runs with their tags.\n',
  );
  expect(await refused('rm', 'filmz', '1')).toMatch(/^FLOW_NOT_FOUND /);
  const would = (await ws.ok(['rm', 'films', '1', '2', '--dry-run', '--json'])).json;
  expect(would).toMatchObject({ removed: ['films/1', 'films/2'], dryRun: true });
  expect(await ws.store()).toEqual(before);
  expect((await ws.ok(['rm', 'films', '1', '2'])).stdout).toBe(
    `✓ films/1 was removed
✓ films/2 was removed
  films/1: films/4 refers to 1 task of it, which stays.
  1 file of 100 KB is new, and stays for an hour.
`,
  );
  expect(await runs()).toEqual(['films/4', 'films/3']);
  for (const args of [
    ['show', 'films', '1'],
    ['spin', 'films', '1/start'],
    ['resume', 'films', '--origin=1'],
    ['logs', 'films', '1'],
    ['rm', 'films', '1'],
  ])
    expect(await refused(...args)).toMatch(
      /^FLOW_RUN_REMOVED {2}The run films\/1 was removed on \d{4}-\d\d-\d\d by tester\. Name another run, or import an\b/m,
    );
  expect((await ws.ok(['dump', 'films/4/end_', '--json'])).json.artifacts).toMatchObject({ sum: 2 });
  expect((await ws.ok(['rm', 'films', '--tag=exp', '--json'])).json.removed).toEqual(['films/3']);
  expect((await run('--json')).json.pathspec).toBe('films/5');
  // What is imported again is another run, with a number of its own.
  await ws.ok(['export', 'films', '5', 'films.nxflow']);
  for (const number of [6, 7]) {
    expect((await ws.ok(['import', 'films.nxflow', '--namespace=ci', '--json'])).json).toMatchObject({
      pathspec: `films/${number}`,
      known: false,
    });
    await ws.ok(['rm', 'films', `${number}`]);
  }
  expect((await ws.ok(['verify', '--read-data', '--json'])).json.problems).toEqual([]);
});

test('a run that goes on is not removed, and neither is another one with it', async () => {
  await run();
  const going = ws.start(['run', 'films', '--params.wait=1'], { env: { CI: 'false' } });
  await ws.hear('started');
  expect(await refused('rm', 'films', '1', '2')).toBe(
    'FLOW_RUN_GOES_ON  films/2 still runs: a run can be removed when it has ended. Nothing was removed.\n',
  );
  expect((await ws.ok(['gc', '--keep-last=1', '--json'])).json.runs).toEqual([
    expect.objectContaining({ pathspec: 'films/2', kept: true, reason: 'it still runs' }),
    expect.objectContaining({
      pathspec: 'films/1',
      kept: true,
      reason: 'the newest in user:tester that is done',
    }),
  ]);
  ws.tell('go');
  await going.done;
  expect(await runs()).toEqual(['films/2', 'films/1']);
});

test('gc says of each run why it is kept, and removes what nothing needs any more; store says what is there', async () => {
  await run('--tag=prod');
  for (let i = 0; i < 3; i++) await run();
  await run('--namespace=shared');
  await ws.ok(['spin', 'films', 'end_', '--origin=2', '--persist']);
  ws.write('dist/flow/films/spin/other/result.json', '{"origin":"films/3/other/1"}');
  age();
  const there = (await ws.ok(['store', '--json'])).json;
  expect(there).toMatchObject({
    flows: [{ flow: 'films', runs: 5, files: 5, fileBytes: 500_000 }],
    ...{ removed: 0, files: 5 },
    spins: { flows: [{ flow: 'films', runs: 1, files: 1 }] },
    beside: { spins: { count: 2 } },
  });
  expect((await ws.ok(['gc'])).stdout).toMatch(/^No run goes: neither an option nor flow\.json says which\./);
  expect((await ws.ok(['gc', '--keep-tag=prod'])).stdout).toMatch(
    /^No run goes: what is said keeps runs of a tag, and lets none go\./,
  );
  expect((await ws.ok(['rm', 'films', '1', '--spin', '--dry-run'])).stdout).toMatch(
    /^✓ the spin films\/1 would be removed\n/,
  );
  const args = ['gc', '--keep-last=1', '--keep-tag=prod'];
  const before = await ws.store();
  const would = (await ws.ok([...args, '--dry-run', '--json'])).json;
  expect(await ws.store()).toEqual(before);
  expect(existsSync(ws.path('dist/flow/films/spin/other'))).toBe(true);
  const reasons = would.runs.map(({ pathspec, reason }: { pathspec: string; reason: string }) => [
    pathspec,
    reason,
  ]);
  expect(reasons).toEqual([
    ['films/5', 'the newest in shared that is done'],
    ['films/4', 'the newest in user:tester that is done'],
    ['films/3', 'not the newest'],
    ['films/2', 'not the newest'],
    ['films/1', 'its tag prod'],
  ]);
  const collected = (await ws.ok([...args, '--json'])).json;
  const { bytes, ...same } = collected;
  expect(same).toEqual({
    ...would,
    bytes: undefined,
    dryRun: false,
    files: collected.files,
    fileBytes: collected.fileBytes,
  });
  expect(collected).toMatchObject({
    ...{ removed: ['films/3', 'films/2'], spins: ['films/1'], files: expect.any(Number) },
    beside: { spins: { names: ['dist/flow/films/spin/end_', 'dist/flow/films/spin/other'] } },
  });
  expect(bytes).toBeGreaterThan(200_000);
  expect(await refused('show', 'films', '3')).toMatch(/^FLOW_RUN_REMOVED/);
  expect(await refused('dump', '--spin', 'films', '1')).toMatch(/^FLOW_RUN_REMOVED/);
  expect((await ws.ok(['verify', '--read-data', '--json'])).json).toMatchObject({
    problems: [],
    unused: { files: 0 },
  });
  expect((await ws.ok(['store', '--json'])).json).toMatchObject({ removed: 2, files: 3 });
});

test('gc lets the oldest go beyond a size; what its options cannot mean is refused', async () => {
  for (let i = 0; i < 4; i++) await run();
  age();
  expect((await ws.ok(['gc', '--max-size=250KB', '--json'])).json.removed).toEqual(['films/2', 'films/1']);
  expect(await refused('gc', '--max-size=big')).toBe(
    'FLOW_OPTION  --max-size takes a size such as 500MB or 10GB, not "big".\n',
  );
  expect(await refused('gc', '--keep=3x')).toBe(
    'FLOW_OPTION  --keep takes a duration such as 30d or 12h, not "3x".\n',
  );
  expect(await refused('gc', '--keep-last=0')).toMatch(/^FLOW_OPTION/);
  ws.write('flow.json', '{"retention":{"keep":1}}');
  expect(await refused('gc')).toMatch(
    /^FLOW_RETENTION .*flow\.json gives "keep" as 1: it takes a duration such as "30d"\.$/m,
  );
});

test('the retention of flow.json is shown until gc was given once, and then works by itself after a run', async () => {
  const notes = async (...args: string[]) => (await run(...args)).stderr.replace(/\(node:[\s\S]*/, '');
  await run('--namespace=shared');
  await run();
  ws.write('flow.json', JSON.stringify({ retention: { keepLast: 1 } }));
  expect(await notes()).toBe(
    'The retention of flow.json is new: nx-flow gc would remove 1 run. Run it once to accept this policy; --dry-run says which.\n',
  );
  // Once a day is enough.
  expect(await notes()).toBe('');
  expect((await ws.ok(['gc', '--json'])).json.removed).toEqual(['films/3', 'films/2']);
  expect(await notes()).toBe('');
  // A day later.
  const file = '.flow/retention.json';
  const later = () => ws.write(file, JSON.stringify({ ...JSON.parse(ws.read(file)), at: 1 }));
  later();
  expect((await ws.nxFlow(['run', 'films'], { env: { CI: '1' } })).stderr).toBe('');
  expect(await notes()).toBe('As flow.json says, 3 runs were removed: films/6, films/5, films/4.\n');
  // Of the acting user's namespace alone.
  expect(await runs()).toEqual(['films/7', 'films/1']);
  await run();
  ws.write('flow.json', JSON.stringify({ retention: { keepLast: 2 } }));
  expect(await notes()).toMatch(/^The retention of flow\.json is new: nx-flow gc would remove 1 run\./);
  ws.write('flow.json', '{"retention":{"keeplast":2}}');
  expect(await notes()).toMatch(
    /^The retention of flow\.json was not followed: .* Did you mean "keepLast"\?$/m,
  );
});
