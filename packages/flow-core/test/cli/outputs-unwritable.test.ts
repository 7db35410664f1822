/** Where outputs cannot be written, every command that leaves some says so, and leaves what lies there as it is. */
import { existsSync, mkdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { Workspace } from '../kit/workspace';

let workspace: Workspace;
beforeAll(async () => {
  workspace = new Workspace().shareProcess();
  workspace.flow(
    'rows',
    `const here = () => {
       tell('executed');
       if (process.env.SPOIL) writeFileSync('dist', 'mine');
     };
     const start = f.start(() => { here(); return { rows: [1, 2] }; });
     const each = f.foreach('each', { after: start, over: 'rows' }, ({ input }) => { here(); return { twice: 2 * input }; });
     const all = f.join('all', { after: each }, () => ({}));
     export default f.end(all);`,
  );
  await workspace.ok(['run', 'rows']);
});
beforeEach(() => workspace.silence());
afterEach(() => rmSync(workspace.path('dist'), { recursive: true, force: true }));
afterAll(() => workspace.dispose());

/** One sentence, with its code, and no stack. */
async function expectRefused(line: string, place: string, env: Record<string, string> = {}): Promise<void> {
  const { code, json, stderr } = await workspace.nxFlow([...line.split(' '), '--json'], { env });
  const message = `The folder for outputs ${workspace.path('dist/flow')} cannot be written (ENOTDIR): remove or rename ${workspace.path(place)}, which is not a folder.`;
  expect([code, json.error]).toEqual([
    2,
    expect.objectContaining({ code: 'FLOW_OUTPUTS_UNWRITABLE', message }),
  ]);
  expect(stderr).toContain(`FLOW_OUTPUTS_UNWRITABLE  ${message}\n`);
  expect(stderr).not.toMatch(/^ +at /m);
}

const executed = () => existsSync(workspace.path('signals/executed'));

test.each([
  'step rows start',
  'step rows each',
  'spin rows start',
  'spin rows each --index=1',
  'spin rows each --all',
  // What is there already, and what would have to be run first.
  'snapshot rows',
  'snapshot rows --with=retry=1',
])('nx-flow %s: a file in the place of dist is told before a step executes, and stays', async (line) => {
  workspace.write('dist', 'mine');
  await expectRefused(line, 'dist');
  expect([executed(), workspace.read('dist')]).toEqual([false, 'mine']);
});

test.each([
  ['step rows start', 'dist/flow/rows/steps/start'],
  ['step rows start', 'dist/flow/rows/steps'],
  ['spin rows start', 'dist/flow/rows/spin/start'],
  ['spin rows start', 'dist/flow'],
  ['snapshot rows', 'dist/flow/rows/snapshot'],
])('nx-flow %s: so is one in the place of %s', async (line, place) => {
  workspace.write(place, 'mine');
  await expectRefused(line, place);
  expect([executed(), workspace.read(place)]).toEqual([false, 'mine']);
});

test('a link that leads nowhere is no folder', async () => {
  mkdirSync(workspace.path('dist'));
  symlinkSync('nowhere', workspace.path('dist/flow'));
  for (const command of ['step', 'spin']) await expectRefused(`${command} rows start`, 'dist/flow');
  expect([executed(), readlinkSync(workspace.path('dist/flow'))]).toEqual([false, 'nowhere']);
});

test.each(['step rows start', 'spin rows start', 'spin rows each --all'])(
  'nx-flow %s: what a step itself puts there is told after it',
  async (line) => {
    await expectRefused(line, 'dist', { SPOIL: '1' });
    expect([executed(), workspace.read('dist')]).toEqual([true, 'mine']);
  },
);
