/** What a new user types: pathspecs as they are printed, --run-id-file, and what a failed run says to do next. */
import { existsSync } from 'node:fs';
import { Runner } from '../../src/testing';
import { Workspace } from '../kit/workspace';

const ws = new Workspace().shareProcess();
afterAll(() => ws.dispose());

beforeAll(() => {
  ws.flow(
    'films',
    `const start = f.start(() => ({ ns: Array.from({ length: 14 }, (_, n) => n), fail: existsSync('fail') }));
     const each = f.foreach('each', { after: start, over: 'ns' }, ({ input }) => ({ twice: input * 2 }));
     const all = f.join('all', { after: each, catch: 'problem' }, ({ inputs }) => {
       throw new Error('caught ' + inputs.length);
     });
     const last = f.step('last', { after: all }, () => {
       if (existsSync('fail')) throw new RangeError('broken');
     });
     import { existsSync } from 'node:fs';
     export default f.end(last);`,
  );
});

test('a pathspec as the output prints it stands for flow and pathspec both', async () => {
  expect((await ws.ok(['run', 'films', '--json'])).json.pathspec).toBe('films/1');
  expect((await ws.ok(['show', 'films/1', '--json'])).json.pathspec).toBe('films/1');
  expect((await ws.ok(['dump', 'films/1/each/4', '--json'])).json.artifacts.twice).toBe(4);
  expect((await ws.ok(['spin', 'films/1/each/4', '--json'])).json.origin).toBe('films/1/each/4');
  expect((await ws.nxFlow(['run', 'films/1'])).stderr).toContain('"1" is one argument too many');
});

test('a step whose failure was caught has no green tick', async () => {
  const { stdout } = await ws.ok(['run', 'films']);
  expect(stdout).toContain('✗ all/16 failed, and was caught: Error: caught 14\n');
  expect(stdout).not.toContain('✓ all');
});

test('a failed run names the two commands that help, and a pathspec resumes it', async () => {
  ws.write('fail', '');
  const failed = await ws.nxFlow(['run', 'films']);
  expect(failed.code).toBe(1);
  expect(failed.stdout).toMatch(/\n {2}nx-flow spin films last .*\n {2}nx-flow resume films .*\n$/);
  const run = /^(films\/\d+)/.exec(failed.stdout)?.[1] as string;
  ws.removeFile('fail');
  const { json } = await ws.ok(['resume', run, '--json']);
  expect(json.tasks.taken).toBe(16);
});

test('what a task prints after its end is said with the name of the task', async () => {
  ws.flow(
    'behind',
    `const g = globalThis as { begun?: boolean; said?: boolean };
     const start = f.start(() => {
       const wait = () => {
         if (!g.begun) return void setTimeout(wait, 1);
         console.log('still here');
         g.said = true;
       };
       wait();
     });
     const act = f.step('act', { after: start }, async () => {
       g.begun = true;
       while (!g.said) await new Promise((done) => setTimeout(done, 1));
     });
     export default f.end(act);`,
  );
  const { stdout } = await ws.ok(['run', 'behind', '--max-workers=1']);
  expect(stdout).toContain('! start/1 went on after its end: still here\n');
});

test('spin --all of many splits folds neighbours that came to the same', async () => {
  const { stdout } = await ws.ok(['spin', 'films', 'each', '--all']);
  expect(stdout).toMatch(/\n\s*0–13 {2}0 … 13\s+done\s+same /);
});

test('--run-id-file has the number of the run, and a file that cannot be written is refused before there is one', async () => {
  const { json } = await ws.ok(['run', 'films', '--run-id-file=id.txt', '--json']);
  expect(`films/${ws.read('id.txt')}`).toBe(json.pathspec);
  const runs = async () => (await ws.ok(['runs', 'films', '--json'])).json.runs.length;
  const before = await runs();
  const refused = await ws.nxFlow(['run', 'films', '--run-id-file=no/such/id.txt']);
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('FLOW_RUN_ID_FILE')]);
  expect([await runs(), existsSync(ws.path('no'))]).toEqual([before, false]);
});

test('why answers for a run that the Runner made', async () => {
  const runner = new Runner(ws.path('films.flow.ts'), { store: ws.path('.flow'), namespace: 'user:tester' });
  const { pathspec } = await runner.run();
  await runner.dispose();
  const why = await ws.ok(['why', 'films', `${pathspec.split('/')[1]}/each`, '--json']);
  expect(why.json).toMatchObject({ pathspec: expect.stringContaining(`${pathspec}/each/`), same: true });
  ws.write('films.flow.ts', ws.read('films.flow.ts').replace('input * 2', 'input * 3'));
  expect((await ws.ok(['why', 'films', 'each', '--json'])).json.same).toBe(false);
});
