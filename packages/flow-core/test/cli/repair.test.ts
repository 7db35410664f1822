/** verify --repair, as it is typed: refused while others use the store; then every command works, and names what is lost. */
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { Level } from 'level';
import { keys } from '../../src/store/kv/row-keys';
import { until, Workspace } from '../kit/workspace';

const ws = new Workspace();
afterAll(() => ws.dispose());

const old = () => readdirSync(ws.path('.flow')).filter((name) => name.startsWith('db.before-repair-'));

test('a run that goes on refuses a repair; a database without CURRENT is whole after it', async () => {
  ws.flow(
    'waiting',
    `const start = f.start(async () => { tell('waits'); await hear('go'); return { big: new Uint8Array(50_000) }; });
     export default f.end(start);`,
  );
  const run = ws.start(['run', 'waiting']);
  await ws.hear('waits');
  writeFileSync(ws.path('.flow', 'numbers.json'), '{"counter/waiting":[9,"n"]}');
  const refused = await ws.nxFlow(['verify', '--repair']);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toMatch(
    /FLOW_STORE_IN_USE +The run waiting\/1 goes on \(process \d+ on .*\), and a repair/,
  );
  rmSync(ws.path('.flow', 'numbers.json'));
  ws.tell('go');
  expect((await run.done).code).toBe(0);

  rmSync(ws.path('.flow', 'db', 'CURRENT'));
  expect((await ws.nxFlow(['show', 'waiting'])).stderr).toMatch(
    /FLOW_STORE_CORRUPT .*nx-flow verify --repair/,
  );
  const repaired = await ws.ok(['verify', '--repair']);
  expect(repaired.stdout).toMatch(/Repaired: nothing is lost\. The old database is .*db\.before-repair-20/);
  expect(old()).toHaveLength(1);
  expect((await ws.ok(['verify', '--read-data'])).stdout).toMatch(/✓ 1 run, .*: no problems/);
  expect((await ws.ok(['dump', 'waiting/1/start'])).stdout).toContain('big');
});

test('what is lost is named by show, dump, spin and resume, which executes it again', async () => {
  ws.flow(
    'films',
    `const start = f.start(() => ({ ns: [1, 2, 3] }));
     const each = f.foreach('each', { after: start, over: 'ns' }, ({ input }) => ({ twice: input * 2 }));
     export default f.end(f.join('all', { after: each }, ({ inputs }) => ({ sum: inputs.reduce((s, i) => s + i.twice, 0) })));`,
  );
  await ws.ok(['run', 'films', '--max-workers=1']);
  const artifact = keys.artifact('films', 1, 'each', 3, 'twice');
  const task = keys.task('films', 1, 'each', 4);
  // It has the database open until it has left.
  await until(() => ws.brokers().length === 0, 'the end of the broker');
  const level = new Level<string, Uint8Array>(ws.path('.flow', 'db'), { valueEncoding: 'view' });
  await level.batch([
    { type: 'put', key: artifact, value: Buffer.from('{"damaged":1}') },
    { type: 'del', key: task },
    { type: 'del', key: '\0' },
    { type: 'del', key: '\x7f' },
  ]);
  const compactable = level as unknown as { compactRange(from: string, to: string): Promise<void> };
  for (let round = 0; round < 2; round++) await compactable.compactRange('\0', '\x7f');
  await level.close();

  const repaired = await ws.nxFlow(['verify', '--repair', '--json']);
  expect(repaired.code).toBe(1);
  expect(repaired.json).toMatchObject({
    problems: [],
    lost: [{ where: 'films/1/each/3/twice' }, expect.anything()],
    repairs: [
      {
        store: ws.path('.flow'),
        lost: [{ where: 'films/1/each/3/twice' }, expect.anything()],
      },
    ],
  });
  expect(existsSync(repaired.json.repairs[0].old)).toBe(true);
  const lost =
    /films\/1\/each\/3\/twice is lost: the store was damaged, and repaired on 20\d\d-\d\d-\d\d\. Execute it/;
  expect((await ws.ok(['show', 'films'])).stderr).toMatch(lost);
  expect((await ws.nxFlow(['dump', 'films/1/each/3'])).stderr).toMatch(lost);
  expect((await ws.nxFlow(['spin', 'films', 'all'])).stderr).toMatch(/The store has lost films\/1\/each\/4/);
  expect((await ws.nxFlow(['export', 'films', '1', 'films.nxflow'])).stderr).toMatch(lost);
  // It would compare what it returns with what is lost.
  expect((await ws.nxFlow(['spin', 'films/1/each/3'])).stderr).toMatch(lost);

  // Its inputs are there, and what it returned is not.
  const spun = (await ws.ok(['spin', 'films', 'each', '--index=2', '--json'])).json;
  expect(spun).toMatchObject({ origin: 'films/1', artifacts: { twice: { change: 'new', preview: '6' } } });
  expect(spun.hints).toEqual([expect.stringMatching(/lost: the store was damaged/)]);

  const resumed = await ws.ok(['resume', 'films', '1']);
  expect(resumed.stdout).toMatch(/each was executed again: films\/1\/each\/3\/twice/);
  expect((await ws.ok(['dump', 'films/2/all', '--json'])).json.artifacts).toMatchObject({ sum: 12 });
  const after = await ws.ok(['verify']);
  expect(after.stdout).toMatch(lost);
});
