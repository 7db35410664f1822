/** spin --from, --iteration=all and --through by the real command. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Workspace } from '../kit/workspace';

const ws = new Workspace().shareProcess();
afterAll(() => ws.dispose());
afterEach(() => ws.silence());

const TRIPS = `const start = f.start(({ params }) => ({ legs: [1, 2].map((n) => n * params.unit), map: Buffer.alloc(200_000, params.unit) }));
  const leg = f.foreach('leg', { after: start, over: 'legs' }, ({ self, input, index, params }) => {
    console.log('leg ' + input);
    if (index === params.fails) throw new RangeError('no leg ' + input);
    return { km: input * 10, seen: self.map.length };
  });
  const all = f.join('all', { after: leg }, ({ inputs }) => ({ ...merge(inputs, { include: ['map'] }), total: inputs.reduce((sum, i) => sum + i.km, 0), more: true }));
  const drive = f.loop('drive', { after: all, while: 'more', max: 5 }, ({ self, iteration }) => ({ rest: self.total - iteration, more: iteration < 1, seen: self.map.length }));
  export default f.end(drive);`;
const trips = (body = TRIPS) =>
  ws.flow('trips', body, 'unit: z.coerce.number().default(1), fails: z.coerce.number().default(-1)');

/** Without times, and with single spaces. */
const calm = (text: string) =>
  text
    .replace(/\d+(\.\d+)? m?s\b/g, 'TIME')
    .replace(/ +/g, ' ')
    .replace(/ +$/gm, '');

beforeAll(async () => {
  trips();
  await ws.ok(['run', 'trips']);
  await ws.ok(['run', 'trips', '--params.unit=3']);
});

test('a sweep: one table with what differs; a plain spin keeps its outputs, the store stays as it was', async () => {
  trips();
  await ws.ok(['spin', 'trips', 'leg', '--index=1']);
  const plain = ws.read('dist/flow/trips/spin/leg/1/result.json');
  const before = await ws.store();
  trips(TRIPS.replace('input * 10', 'input * 20'));
  const args = ['spin', 'trips', 'leg', '--index=1', '--from=last:5', '--max-workers=1'];
  const { stdout } = await ws.ok(args);
  expect(calm(stdout)).toBe(`spin trips/leg on 2 runs, up to 1 worker
run 2 split 1 │ leg 6
run 1 split 1 │ leg 2

Run unit Split Item Status Time km seen
 2 3 1 6 done TIME 120 changed 200000
 1 1 1 2 done TIME 40 changed 200000

done 2 tasks in TIME, outputs in dist/flow/trips/spin/leg/from-<run>
`);
  expect(ws.read('dist/flow/trips/spin/leg/1/result.json')).toBe(plain);
  expect(ws.read('dist/flow/trips/spin/leg/from-1/1/log.txt')).toBe('leg 2\n');
  expect(ws.read('dist/flow/trips/spin/leg/from-2/1/artifacts/km.json').trim()).toBe('120');
  expect(await ws.store()).toEqual(before);
});

test('a sweep with --all and --json, of which one fails', async () => {
  trips();
  const args = ['spin', 'trips', 'leg', '--all', '--from=2,1', '--params.fails=1', '--json'];
  const { code, json } = await ws.nxFlow(args);
  expect(code).toBe(1);
  expect(json).toMatchObject({
    ...{ step: 'leg', status: 'failed', without: [] },
    origins: [
      { origin: 'trips/2', params: { unit: '3' } },
      { origin: 'trips/1', params: { unit: '1' } },
    ],
  });
  const seen = json.spins.map((spin: { origin: string; index: number[]; status: string }) => [
    ...[spin.origin, ...spin.index, spin.status],
  ]);
  expect(seen).toEqual([
    ['trips/2/leg/2', 0, 'done'],
    ['trips/2/leg/3', 1, 'failed'],
    ['trips/1/leg/2', 0, 'done'],
    ['trips/1/leg/3', 1, 'failed'],
  ]);
  expect(json.spins[0]).toMatchObject({
    ...{ item: '3', outputPath: 'dist/flow/trips/spin/leg/from-2/0', originMs: expect.any(Number) },
    artifacts: { km: { change: 'same', preview: '30' } },
  });
});

test('a large value that is gone fails the task that reads it, and no other', async () => {
  trips();
  const store = '--store=lossy';
  for (const unit of [1, 2]) await ws.ok(['run', 'trips', `--params.unit=${unit}`, store]);
  const files = () => readdirSync(ws.path('lossy', 'cas'), { recursive: true, withFileTypes: true });
  const bytes = Buffer.alloc(200_000, 1);
  for (const file of files()) {
    const path = join(file.parentPath, file.name);
    if (file.isFile() && readFileSync(path).includes(bytes)) rmSync(path);
  }
  const { code, stdout } = await ws.nxFlow(['spin', 'trips', 'leg', '--from=last:2', store]);
  expect(code).toBe(1);
  expect(calm(stdout)).toMatch(/\n 2 2 0 2 done TIME 20 200000\n 1 1 0 1 failed TIME FlowError: /);
});

test('all iterations of a loop', async () => {
  trips();
  const { stdout } = await ws.ok(['spin', 'trips', 'drive', '--iteration=all']);
  expect(calm(stdout)).toContain(`Run Iteration Status Time rest more seen
 2 0 done TIME 90 true 200000
 2 1 done TIME 89 false 200000
`);
  expect(existsSync(ws.path('dist/flow/trips/spin/drive/from-2/iteration-1/result.json'))).toBe(true);
});

test('through a later step: one table of what changed, with large values on the way', async () => {
  trips();
  const before = await ws.store();
  trips(TRIPS.replace('input * 10', 'input * 20'));
  const { stdout } = await ws.ok(['spin', 'trips', 'leg', '--through=drive', '--max-workers=1']);
  expect(calm(stdout)).toBe(`spin trips/leg through drive on trips/2
leg split 0 │ leg 3

Step Tasks Status Artifacts Time In run 2
leg split 0 done 1 same, changed: km TIME TIME
all done 2 same, changed: total TIME TIME
drive 2 tasks done 4 same, 2 changed: rest TIME TIME

done 4 tasks in TIME, outputs in dist/flow/trips/spin/<step>/from-2
`);
  expect(ws.read('dist/flow/trips/spin/all/from-2/artifacts/total.json').trim()).toBe('120');
  expect(await ws.store()).toEqual(before);
  expect(readdirSync(ws.path('dist/flow')).filter((name) => name.startsWith('.'))).toEqual([]);
  const through = (...more: string[]) => ws.ok(['spin', 'trips', ...more, '--max-workers=1']);
  const shown = await through('leg', '--through=all', '--values');
  expect(calm(shown.stdout)).toContain(`
leg split 0
km 1 value changed
 ~ km 30 → 60 +30

all
total 1 value changed
 ~ total 90 → 120 +30
`);
  const told = await through('start', '--through=leg', '--params.unit=5', '--values', '--json');
  const [spun] = told.json.steps[0].spins;
  expect(spun.artifacts.map.difference).toMatchObject({ complete: true });

  const { json } = await ws.ok(['spin', 'trips', 'start', '--through=all', '--json', '--params.unit=5']);
  expect(json).toMatchObject({
    ...{
      step: 'start',
      through: 'all',
      origin: 'trips/2',
      status: 'done',
      reached: true,
      cases: [],
    },
    steps: [{ step: 'start' }, { step: 'leg' }, { step: 'all' }],
  });
  expect(json.steps[1].spins).toHaveLength(2);
  expect(json.steps[2].spins[0].artifacts.total).toMatchObject({ change: 'changed', preview: '300' });
});

test.each([
  [
    ['leg', '--from=last:2', '--persist'],
    '--from goes without --persist: nothing of it is stored. Persist a single spin.',
  ],
  [
    ['leg', '--through=all', '--persist'],
    '--through goes without --persist: nothing of it is stored. Persist a single spin.',
  ],
  [
    ['leg', '--from=last:2', '--values'],
    '--from goes without --values: its table shows what changed in a word. Look into the values of a single spin.',
  ],
  [
    ['leg', '--through=all', '--freeze'],
    '--through goes without --freeze: a test spins one step on one run. Freeze a single spin.',
  ],
  [
    ['drive', '--iteration=all', '--inspect'],
    '--iteration=all goes without --inspect: a debugger looks at one process. Debug a single spin.',
  ],
  [
    ['leg', '--from=last:2', '--origin=1'],
    '--from and --origin both say which runs give the inputs: give one of them.',
  ],
  [
    ['1/leg', '--from=2'],
    "The pathspec names run 1, and --from=2 the runs: give the step's name alone, or leave --from out.",
  ],
  [
    ['leg', '--from=2', '--through=all'],
    '--through goes on from one run: leave --from out, or name the run by --origin.',
  ],
  [
    ['drive', '--iteration=all', '--through=end'],
    '--through goes on from one iteration: give its number, or leave --iteration out.',
  ],
  [
    ['1/drive/5', '--iteration=all'],
    'A task is one iteration already: leave --iteration out, or give run/step only.',
  ],
  [
    ['leg', '--from=last:2', '--watch'],
    '--watch goes without --from: it spins on one run: --origin says which.',
  ],
  [
    ['leg', '--from=last:2', '--freeze'],
    '--from goes without --freeze: a test spins one step on one run. Freeze a single spin.',
  ],
  [
    ['leg', '--through=all', '--inspect-brk'],
    '--through goes without --inspect-brk: a debugger looks at one process. Debug a single spin.',
  ],
])('nx-flow spin trips %j is refused', async (args, said) => {
  trips();
  const { code, stderr } = await ws.nxFlow(['spin', 'trips', ...args]);
  expect([code, stderr]).toEqual([2, `FLOW_USAGE  ${said}\n`]);
});

test('an option is left out of all tasks of a sweep', async () => {
  trips();
  const { code, stderr } = await ws.nxFlow(['spin', 'trips', 'leg', '--from=last:2', '--without=speed']);
  expect([code, stderr]).toEqual([2, expect.stringContaining('FLOW_WITHOUT  --without=speed: no step has')]);
});

test('Ctrl-C ends the processes of a chain, and leaves nothing of it', async () => {
  trips(TRIPS.replace("console.log('leg ' + input);", "tell('at' + index, String(process.pid)); for (;;);"));
  const spin = ws.start(['spin', 'trips', 'start', '--through=all', '--max-workers=2', '--origin=1']);
  await Promise.all([ws.hear('at0'), ws.hear('at1')]);
  spin.child.kill('SIGINT');
  const { code, stderr } = await spin.done;
  expect([code, stderr]).toEqual([130, expect.stringContaining('FLOW_INTERRUPTED')]);
  await ws.quiet();
  expect(readdirSync(ws.path('dist/flow'))).toEqual(['trips']);
  expect(readdirSync(ws.path('dist/flow/trips/spin')).filter((name) => name.startsWith('.'))).toEqual([]);
});
