/** A join that merges much and reads nothing needs no memory for it: in the worker of a run, and in a spin. */
import { existsSync } from 'node:fs';
import { Workspace } from '../../kit/workspace';

const SPLITS = 60;
const MB = 10;
/** More than a join that merges nothing. */
const MOST_MB = 50;

let ws: Workspace;
beforeAll(async () => {
  ws = new Workspace();
  ws.flow(
    'wide',
    `const peak = () => Number(readFileSync('/proc/self/status', 'utf8').match(/VmHWM:\\s+(\\d+)/)?.[1] ?? 0) / 1024;
     const start = f.start(() => ({ ids: Array.from({ length: ${SPLITS} }, (_, i) => i) }));
     const each = f.foreach('each', { after: start, over: 'ids' }, ({ input }) => ({
       same: Buffer.alloc(${MB} * 1_000_000, 1),
       mine: Buffer.alloc(40_000, input),
     }));
     const all = f.join('all', { after: each }, ({ inputs }) => {
       process.on('exit', () => writeFileSync('peak', String(peak())));
       return process.env.MERGE === '1' ? { ...merge(inputs, { exclude: ['mine'] }), n: inputs.length } : { n: inputs.length };
     });
     const after = f.step('after', { after: all }, () => ({ peak: peak() }));
     export default f.end(after);`,
  );
  await ws.ok(['run', 'wide', '--until=each']);
}, 180_000);
afterAll(() => ws.dispose());

test(`${SPLITS} inputs of ${MB} MB are merged by reference`, async () => {
  const worker: number[] = [];
  const spun: number[] = [];
  for (const MERGE of ['0', '1']) {
    // One worker executes the join and what follows: there, its peak is that of both.
    await ws.ok(['resume', 'wide', '--origin=1', '--max-workers=1'], { env: { MERGE } });
    const { artifacts } = (await ws.ok(['dump', 'wide', '--json', '--include=n', '--include=peak'])).json;
    expect(artifacts.n).toBe(SPLITS);
    worker.push(artifacts.peak);
    const { json } = await ws.ok(['spin', 'wide', 'all', '--origin=1', '--json'], { env: { MERGE } });
    expect(Object.keys(json.artifacts).sort()).toEqual(MERGE === '1' ? ['ids', 'n', 'same'] : ['n']);
    spun.push(Number(ws.read('peak')));
  }
  if (!existsSync('/proc/self/status')) return;
  expect((worker[1] as number) - (worker[0] as number)).toBeLessThan(MOST_MB);
  expect((spun[1] as number) - (spun[0] as number)).toBeLessThan(MOST_MB);
}, 120_000);
