import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { Workspace } from '../kit/workspace';

const ws = new Workspace();
afterAll(() => ws.dispose());

const DIST = join(__dirname, '..', '..', 'dist');

/** The engine's files that a process has read, and what of Node only a few need. */
const READ = `
  const parts = Object.keys(require.cache).filter((file) => file.includes('/dist/parts/'));
  const seldom = ['perf_hooks', 'zlib', 'http'];
  return {
    parts: parts.map((file) => file.replace(/.*\\/(.*)\\.js$/, '$1')).sort(),
    node: seldom.filter((name) => process.moduleLoadList.includes('NativeModule ' + name)),
  };`;

test('a worker, a spin and the broker read what they need of the engine, and no more', async () => {
  ws.flow(
    'own',
    `const start = f.start(() => {${READ.replace('process.', '(process as any).')}});
     export default f.end(start);`,
  );
  // It watches the clock.
  const inWorker = { parts: ['base', 'core', 'flow', 'worker'], node: ['perf_hooks'] };
  const inSpin = { parts: ['base', 'cli', 'core', 'flow', 'spin'], node: [] };
  await ws.ok(['run', 'own', '--max-workers=1']);
  expect((await ws.ok(['dump', 'own/1/start', '--json'])).json.artifacts).toMatchObject(inWorker);
  await ws.ok(['spin', 'own', 'start']);
  const spun = ['parts', 'node'].map((name) => [
    name,
    JSON.parse(ws.read(`dist/flow/own/spin/start/artifacts/${name}.json`)),
  ]);
  expect(Object.fromEntries(spun)).toEqual(inSpin);

  const broker = `require(${JSON.stringify(join(DIST, 'parts', 'broker.js'))})['store/broker/server']()`;
  expect(readAfter(broker)).toEqual({ parts: ['broker', 'core'], node: [] });
});

test('who reads a store reads no contract of stores, and nothing of flows', () => {
  const store = `require(${JSON.stringify(join(DIST, 'store.js'))})`;
  expect(readAfter(store)).toEqual({ parts: ['base', 'cli', 'core'], node: [] });
});

/** In a process of its own. */
function readAfter(expression: string): unknown {
  const script = `const kept = ${expression}; console.log(JSON.stringify((() => {${READ}})()));`;
  return JSON.parse(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }));
}
