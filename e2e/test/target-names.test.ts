/** Names of targets in a real Nx: two names are one target, and the plugin's options give others. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { small } from '../lib/flows';
import { Workspace } from '../lib/workspace';

const FLOWS = { 'films/a.flow.ts': small('a'), 'films/films.flow.ts': small('films') };
const workspace = new Workspace('target-names', FLOWS);
const { warm: nx } = workspace;
const writeOptions = (options: object) =>
  workspace.write({
    'nx.json': { analytics: false, plugins: [{ plugin: '@nx-flow/plugin', options }] },
  });

test('the short and the long name of a step in one command execute each step once', async () => {
  const { code, text } = await nx('run-many', '-t', 'spin-end', 'spin-films-end', '--output-style=static');
  expect([code, text]).toEqual([0, expect.stringContaining('films/end')]);
  expect(text.match(/nx run films:\S+/g)?.sort()).toEqual([
    'nx run films:spin-double',
    'nx run films:spin-end',
    'nx run films:spin-start',
  ]);
  const again = await nx('run', 'films:spin-films-end');
  expect(again.text).toContain(
    'Nx read the output from the cache instead of running the command for 3 out of 4 tasks.',
  );
});

test('a long name is given arguments as the short one is, by position too, and refuses the same ones', async () => {
  expect((await nx('run', 'films:run-films', '--tag=first')).text).toContain('films/1 done');
  expect((await nx('spin-films', 'films', '--step=double')).text).toContain('spin films/double');
  expect((await nx('spin-films', 'films', '1/double')).text).toContain('inputs of films/1/double/2');
  expect((await nx('run', 'films:spin-films-end', '--parms.n=1')).text).toContain(
    'FLOW_OPTION  step has no option --parms',
  );
  // The other flow of the project has its long names alone.
  expect((await nx('run', 'films:run-a')).text).toContain('a/1 done');
});

test('targets are called as the plugin’s options say, and their spins are replayed', async () => {
  writeOptions({ runTargetName: 'flow-run', spinTargetName: 'flow-spin', stepTargetPrefix: 'step-' });
  expect((await nx('run', 'films:flow-run')).text).toContain('films/2 done');
  const spin = async () => (await nx('flow-spin', 'films', '--step=double')).text;
  const [first, second] = [await spin(), await spin()];
  expect([first, second]).toEqual([
    expect.not.stringContaining('[local cache]'),
    expect.stringContaining('[local cache]'),
  ]);
  expect((await nx('run', 'films:step-a-end')).code).toBe(0);
});

test('a step sees the same environment by both doors, and a declared variable of a file counts', async () => {
  workspace.write({
    '.env': 'CITY=Bern\nSTREET="$CITY 1"\n',
    'told/.env.local': 'LAKE="near $CITY"\n',
    'told/.env.flow-run': 'CITY=Basel\n',
    'told/.flow-spin.env': 'CITY=Chur\n',
    'told/told.flow.ts': `import { flow } from '@nx-flow/core';
const f = flow('told', { inputs: [{ env: 'CITY' }] });
export const start = f.start(() => ({ seen: ['CITY', 'STREET', 'LAKE'].map((name) => process.env[name]) }));
export default f.end(start);`,
  });
  const spun = () =>
    JSON.parse(readFileSync(join(workspace.folder, 'dist/flow/told/spin/start/artifacts/seen.json'), 'utf8'));
  const dumped = async (run: number) =>
    (await workspace.warmFlow('dump', 'told', `${run}/start`, '--json')).json().artifacts.seen;
  expect((await workspace.nx('run', 'told:flow-run')).code).toBe(0);
  await workspace.warmFlow('run', 'told');
  expect([await dumped(1), await dumped(2)]).toEqual([
    ['Basel', 'Basel 1', 'near Basel'],
    ['Basel', 'Basel 1', 'near Basel'],
  ]);
  const spin = async () => (await workspace.nx('flow-spin', 'told', '--step=start')).text;
  expect(await spin()).not.toContain('[local cache]');
  const byNx = spun();
  await workspace.warmFlow('spin', 'told', 'start');
  expect([byNx, spun()]).toEqual([
    ['Chur', 'Chur 1', 'near Chur'],
    ['Chur', 'Chur 1', 'near Chur'],
  ]);
  workspace.write({ 'told/.flow-spin.env': 'CITY=Genf\n' });
  expect(await spin()).not.toContain('[local cache]');
  expect(spun()[0]).toBe('Genf');
});

test('an option that the plugin does not have is one sentence', async () => {
  writeOptions({ runTarget: 'x' });
  const { code, text } = await nx('show', 'projects');
  expect(code).toBe(1);
  expect(text).toContain(
    'FLOW_PLUGIN_OPTION  The options of @nx-flow/plugin in nx.json have no "runTarget". Did you mean "runTargetName"?',
  );
});
