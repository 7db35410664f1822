/** Spins that a command reaches by other ways than by their target's name: through other targets, and configurations. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Workspace } from '../lib/workspace';

const FLOW = `import { flow } from '@nx-flow/core'; import { z } from 'zod';
const f = flow('reached', { params: { by: z.coerce.number().default(1) } });
export const start = f.start(({ params }) => ({ one: params.by }));
export const double = f.step('double', { after: start }, ({ self }) => ({ twice: 2 * self.one }));
export default f.end(double);`;

const configurations = {
  first: { step: 'start' },
  prod: { paramsFile: 'prod.json' },
  six: { params: { by: 6 } },
};
const workspace = new Workspace('reached', {
  'flows/reached.flow.ts': FLOW,
  'flows/project.json': {
    name: 'flows',
    targets: {
      spin: { configurations },
      'spin-start': { configurations: { prod: { paramsFile: 'prod.json' } } },
      deploy: { command: 'echo deployed', dependsOn: [{ target: 'spin', params: 'forward' }] },
    },
  },
  'prod.json': { by: 3 },
});
const valueIn = (file: string) =>
  JSON.parse(readFileSync(join(workspace.folder, 'dist/flow/reached', file), 'utf8'));
const hit = /\[.*(cache|existing).*\]/;

/** Executes a command; `replayed` tells of the spin, which is its first task. */
async function spun(...args: string[]): Promise<{ value: unknown; replayed: boolean }> {
  const { code, text } = await workspace.warm(...args);
  expect([args, code, text]).toEqual([args, 0, expect.any(String)]);
  const step = args.includes('--step=double')
    ? 'spin/double/artifacts/twice.json'
    : 'spin/start/artifacts/one.json';
  return {
    value: valueIn(step),
    replayed: hit.test(text) || text.includes('Nx read the output from the cache'),
  };
}

test('a spin that another target needs sees what is recorded now', async () => {
  await workspace.warmFlow('run', 'reached');
  expect((await spun('spin', 'flows', '--step=double')).value).toBe(2);
  await workspace.warmFlow('run', 'reached', '--params.by=5');
  expect((await spun('deploy', 'flows', '--step=double')).value).toBe(10);
});

test('a step that a configuration names is cached like any other', async () => {
  const [first, second] = [await spun('run', 'flows:spin:first'), await spun('run', 'flows:spin:first')];
  expect([first, second]).toEqual([
    { value: 5, replayed: false },
    { value: 5, replayed: true },
  ]);
});

test.each([
  ['in a file', 'prod', 3],
  ['written out', 'six', 6],
])('parameters of a configuration, %s', async (_, name, by) => {
  const spin = () => spun('run', `flows:spin:${name}`, '--step=start');
  const [first, second] = [await spin(), await spin()];
  expect([first, second]).toEqual([
    { value: by, replayed: false },
    { value: by, replayed: true },
  ]);
});

test('a file of parameters that a configuration names counts by what it holds', async () => {
  const started = async () => {
    expect((await workspace.warm('run', 'flows:spin-start:prod')).code).toBe(0);
    return [
      valueIn('steps/start/artifacts/one.json'),
      (await spun('run', 'flows:spin:prod', '--step=start')).value,
    ];
  };
  expect(await started()).toEqual([3, 3]);
  workspace.write({ 'prod.json': { by: 8 } });
  expect(await started()).toEqual([8, 8]);
});
