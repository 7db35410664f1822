import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { SourceProcess } from '../kit/source';

let source: SourceProcess;
let folder: string;
beforeAll(() => {
  source = new SourceProcess();
});
afterAll(() => source.close());
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'nx-flow-files-')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const CORE = `import { flow, oneOf } from '@nx-flow/core';\n`;

async function read(files: Record<string, string>) {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const { flows, others } = await source.readFlowFiles(join(folder, 'a.flow.ts'), folder);
  return {
    flows: flows.map(({ name, steps, params, inputs }) => ({
      name,
      params,
      inputs,
      steps: steps.map(
        (s) =>
          `${s.kind} ${s.name} after ${s.inputs?.map(({ as, from }) => [...(as ? [as] : []), ...from.map((e) => e.from + (e.when ? `:${e.when}` : ''))].join(' ')).join(', ')}`,
      ),
    })),
    others: others.map((file) => file.slice(folder.length + 1)),
  };
}

test('steps may lie in files that the flow’s file imports, and the flow itself too', async () => {
  expect(
    await read({
      'flow.ts': `${CORE}export const f = flow('a', { params: { by: 1 as never }, inputs: ['data.csv'] });`,
      'steps/start.ts': `import { f } from '../flow'; export const start = f.start(() => ({ rows: [1], size: 's' }));`,
      'steps/pick.ts': `import { f as a } from '../flow'; import { start as first } from './start';
        export const pick = a.switch('pick', { after: first, on: 'size', cases: ['s', 'l'] }, () => ({ size: 's' as const }));`,
      'steps/index.ts': `export * from './start'; export { pick } from './pick';`,
      'a.flow.ts': `import { oneOf } from '@nx-flow/core'; import { f } from './flow'; import { pick, start } from './steps';
        const each = f.foreach('each', { after: pick.when('s'), over: 'rows' }, () => ({}));
        const all = f.join('all', { after: each }, () => ({}));
        const other = f.step('other', { after: pick.when('l') }, () => ({}));
        export default f.end(oneOf(all, other));`,
    }),
  ).toEqual({
    flows: [
      {
        name: 'a',
        params: ['by'],
        inputs: ['data.csv'],
        steps: [
          'start start after ',
          'switch pick after start',
          'foreach each after pick:s',
          'join all after each',
          'step other after pick:l',
          'end end after all other',
        ],
      },
    ],
    others: ['flow.ts', 'steps/start.ts', 'steps/pick.ts', 'steps/index.ts'],
  });
});

test('what one file says whole is read from it alone', async () => {
  const { others, flows } = await read({
    'lib.ts': `${CORE}const g = flow('b'); export const x = g.start(() => ({}));`,
    'a.flow.ts': `${CORE}import { x } from './lib'; const f = flow('a'); const s = f.start(() => ({ x })); export default f.end(s);`,
  });
  expect(others).toEqual([]);
  expect(flows.map(({ name }) => name)).toEqual(['a']);
});

test('a flow that another file’s flow is imported beside keeps to itself', async () => {
  const { flows } = await read({
    'b.flow.ts': `${CORE}const f = flow('b'); export const s = f.start(() => ({})); export default f.end(s);`,
    'steps.ts': `${CORE}export const f = flow('a'); export const first = f.start(() => ({}));`,
    'a.flow.ts': `import { s } from './b.flow'; import { f, first } from './steps'; export default f.end(f.step('only', { after: first }, () => ({ s })));`,
  });
  expect(flows.map(({ name, steps }) => [name, steps.length])).toEqual([['a', 3]]);
});

test('a handle that cannot be followed leaves its edge unknown', async () => {
  const { flows } = await read({
    'steps.ts': `${CORE}export const f = flow('a'); export let first = f.start(() => ({})); first = first;`,
    'a.flow.ts': `import { f, first } from './steps'; export default f.end(f.step('only', { after: first }, () => ({})));`,
  });
  expect(flows[0]?.steps.find((step) => step.startsWith('step only'))).toBe('step only after undefined');
});
