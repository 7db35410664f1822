/** Spare processes that die, or say nothing: it is noticed, and another one does the work. */
import { mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Running } from '../../../src/session/watch/running';
import { Spares } from '../../../src/session/watch/spares';
import { until } from '../../kit/workspace';

let folder: string;
let spares: Spares;
const heard = { event() {}, printed() {}, note() {} };
/** Spares that are another program. Each that is started leaves a file. */
const started = () => readdirSync(folder).filter((name) => name.startsWith('started')).length;
function program(text: string, readyMs = 10_000): void {
  const file = join(folder, 'program.cjs');
  writeFileSync(file, `require('fs').writeFileSync('${folder}/started' + process.pid, '');\n${text}`);
  const setup = { cwd: folder, workspace: folder, store: folder, file, env: false };
  spares = new Spares(setup, { program: file, readyMs });
}

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'nx-flow-spares-')));
});
afterEach(async () => {
  await spares.close();
  rmSync(folder, { recursive: true });
});

test.each([
  ['that dies before it has looked at the flow', 'process.exit(3);', 'exited with code 3'],
  ['that does not get ready', 'setInterval(() => {}, 1000);', 'did not get ready within 0.3 s'],
])('one %s has two successors, and then it is told', async (_, text, how) => {
  program(text, 300);
  const outcome = await new Running(1, spares).execute({ argv: [], columns: 80 }, heard);
  expect(outcome).toEqual({ end: { type: 'died', how, begun: false } });
  expect(started()).toBeGreaterThanOrEqual(3);
});

test('one that is stopped is told to nobody', async () => {
  program('setInterval(() => {}, 1000);');
  const running = new Running(1, spares);
  const outcome = running.execute({ argv: [], columns: 80 }, heard);
  await running.stop();
  expect(await outcome).toBeUndefined();
});

test('one that was made ready before a tsconfig file changed is not taken', async () => {
  writeFileSync(join(folder, 'base.json'), '{}');
  writeFileSync(join(folder, 'tsconfig.json'), '{ "extends": "./base" }');
  program('setInterval(() => {}, 1000);');
  spares.refill();
  await until(() => started() === 1, 'a process');
  writeFileSync(join(folder, 'base.json'), '{ "compilerOptions": {} }');
  spares.take();
  await until(() => started() === 2, 'another process');
});
