/** What can only be seen in worker processes, on a few graphs: timeouts, of code that never yields. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { ProcessPool } from '../../src/engine/pool/process-pool';
import { openStore } from '../../src/store/open';
import type { TaskRow } from '../../src/store/rows/rows';
import { Workspace } from '../kit/workspace';
import { Bench } from './bench';
import { GRAPHS } from './graphs';
import type { Program } from './program';

const SOME = ['nested branches', 'switch in foreach', 'recursion in foreach', 'mixture of sixteen steps'];
/** Long enough for a step that is quick, on a busy machine. */
const OPTIONS = { timeout: '1s', retry: 1 };

const w = new Workspace();
afterAll(() => w.dispose());

/** A flow file of the program, for workers: the first attempts of two tasks never yield. One is in a loop, one blocked, which costs less. */
function flowFile(graph: string, hang: string[]): string {
  const from = (name: string) => JSON.stringify(join(__dirname, name));
  return w.write(
    `${graph.replaceAll(' ', '_')}.flow.ts`,
    `import { declare } from ${from('declare.ts')};
import { GRAPHS } from ${from('graphs.ts')};
const hang = ${JSON.stringify(hang)};
const before = (key, { current }) => {
  if (current.attempt > 0) return;
  while (key === hang[0]);
  if (key === hang[1]) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
};
const options = ({ name }) => (hang.some((key) => key.startsWith(name + '|')) ? ${JSON.stringify(OPTIONS)} : {});
export default declare(GRAPHS[${JSON.stringify(graph)}], { hooks: { before }, options });
`,
  );
}

/** Two tasks in the midst of a graph, of different steps. */
function culprits(program: Program): string[] {
  const keys = [...new Bench(program).meaning().values()];
  const last = new Map(keys.map(({ step, key }) => [step, key]));
  const steps = [...last.keys()].filter((step) => !['start', 'end'].includes(step));
  return [steps[0], steps[Math.floor(steps.length / 2)]].map((step) => last.get(step as string) as string);
}

test.each(SOME)(
  '%s: a task that never ends is tried again after its timeout, and all agrees',
  async (graph) => {
    const program = GRAPHS[graph] as Program;
    const hang = culprits(program);
    const options = ({ name }: { name: string }) =>
      hang.some((key) => key.startsWith(`${name}|`)) ? OPTIONS : {};
    const folder = w.path(graph.replaceAll(' ', '_'));
    const store = openStore(folder);
    const max = availableParallelism();
    const file = flowFile(graph, hang);
    const pool = new ProcessPool({ file, flow: program.name, cas: join(folder, 'cas'), max });
    try {
      const bench = new Bench(program, store);
      const recorded = await bench.run({ options, pool: (host) => pool.attach(host) });
      expect(recorded.row.status).toBe('done');
      const meaning = await bench.agrees(recorded, { attempt: (key) => (hang.includes(key) ? 1 : 0) });
      for (const key of hang) {
        const { attempts } = recorded.tasks.get(key) as TaskRow;
        expect(attempts?.map(({ error }) => error.code)).toEqual(['FLOW_TIMEOUT']);
      }
      for (const task of meaning.values())
        if (hang.includes(task.key)) await bench.spinsTheSame(recorded, task);
    } finally {
      await pool.close();
      await store.close();
    }
  },
);
