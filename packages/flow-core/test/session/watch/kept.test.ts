/** What differs in the last spin of a watch, and beside the one before, without an execution. */
import { existsSync, readdirSync } from 'node:fs';
import { flow } from '../../../src';
import { requireGraph } from '../../../src/definition/flow';
import type { SpinDone } from '../../../src/engine/task/flow-event';
import { spinStep } from '../../../src/session/spin';
import { compareSpins } from '../../../src/session/watch/compare';
import { KeptSpins } from '../../../src/session/watch/kept';
import type { SpareCompare } from '../../../src/session/watch/protocol';
import { Spare } from '../../../src/session/watch/spare';
import { MemoryEngine } from '../../kit/memory';
import { Workspace } from '../../kit/workspace';

const ws = new Workspace();
const e = new MemoryEngine();
const setup = {
  cwd: ws.folder,
  workspace: ws.folder,
  store: ws.path('.flow'),
  file: ws.path('a.flow.ts'),
  env: false,
};
const folders = () =>
  readdirSync(ws.path('dist/flow/kept/spin'), { recursive: true }).filter((name) =>
    /nx-flow-/.test(`${name}`),
  );
let executed = 0;
let kept: KeptSpins;
let told: SpareCompare;

function declare(value: unknown) {
  const f = flow('kept');
  const start = f.start(() => {
    executed++;
    return { value, same: 1, rows: [{ id: 1, at: new Date(0) }] };
  });
  return f.end(start);
}
async function spun(value: unknown): Promise<SpinDone> {
  const place = { store: e.store, workspace: ws.folder, user: 'tester', with: [], emit() {} };
  const session = { graph: requireGraph(declare(value)), ...place };
  const selection = { step: 'start', namespace: 'user:tester' };
  return (await spinStep(session, { selection, params: {}, outputs: { result: () => ({}) } })).done;
}
const keep = (n: number, done: SpinDone) => kept.keep(n, { done, end: { type: 'ended', code: 0 } });
/** What its process does, in this one. */
async function compared() {
  jest.spyOn(Spare.prototype, 'compare').mockImplementation(function (this: Spare, spins) {
    told = { type: 'compare', ...spins };
    void this.kill();
  });
  await kept.compare().catch(() => undefined);
  return compareSpins(told, { ...setup, store: e.store });
}

beforeAll(() => e.run(declare(2)));
beforeEach(() => {
  kept = new KeptSpins(setup, 'kept');
});
afterEach(async () => {
  jest.restoreAllMocks();
  await kept.close();
  expect(folders()).toEqual([]);
});
afterAll(() => ws.dispose());

test('the result that was shown is compared, though another spin has replaced its outputs; nothing is executed', async () => {
  expect(await kept.compare()).toBeUndefined();
  keep(1, await spun(50));
  keep(2, await spun(366));
  await spun(7);
  const before = executed;
  const [run, spin, ...more] = await compared();
  expect([run?.beside, spin?.beside, more, executed]).toEqual([{ run: 1 }, { spin: 1 }, [], before]);
  const differences = [run, spin].map((one) =>
    one?.spin.artifacts.map(({ name, change, difference }) => [
      name,
      change,
      ...(difference && 'differences' in difference ? difference.differences : []),
    ]),
  );
  const all = [
    ['same', 'same'],
    ['rows', 'same'],
  ];
  expect(differences).toEqual([
    [['value', 'changed', expect.objectContaining({ before: '2', after: '366' })], ...all],
    [['value', 'changed', expect.objectContaining({ before: '50', after: '366' })], ...all],
  ]);
});

test('only the last two are kept', async () => {
  for (const n of [1, 2, 3, 4]) keep(n, await spun(n));
  const [root] = folders().filter((name) => !`${name}`.includes('/')) as [string];
  expect(readdirSync(ws.path('dist/flow/kept/spin', root)).sort()).toEqual(['3', '4']);
  expect(existsSync(ws.path('dist/flow/kept/spin', root, '4', '0', 'artifacts', 'value.json'))).toBe(true);
});

test('a spin that failed has nothing to compare, and the one before stays', async () => {
  keep(1, await spun(3));
  keep(2, { ...(await spun(4)), status: 'failed', artifacts: [] });
  const [run, ...more] = await compared();
  expect([run?.spin.artifacts[0]?.difference, more]).toEqual([
    expect.objectContaining({ differences: [expect.objectContaining({ after: '3' })] }),
    [],
  ]);
});
