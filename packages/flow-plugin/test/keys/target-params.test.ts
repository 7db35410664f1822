/** Which parameters the targets of a flow are given: by the command, and by the options of targets. */
import { TargetParams } from '../../src/keys/target-params';
import { FILE, KeyWorkspace } from '../kit/key-workspace';

let ws: KeyWorkspace;
beforeEach(() => {
  ws = new KeyWorkspace();
});
afterEach(() => ws.remove());

const step = (options: object, configurations: Record<string, object> = {}) => ({
  executor: '@nx-flow/plugin:step',
  options: { flow: FILE, step: 'a', ...options },
  configurations,
});
const keysOf = (kind: 'step' | 'snapshot', argv: string[] = [], file = FILE) =>
  new TargetParams(ws.root, argv).of(file, 'f', kind);

test('without parameters there is no key', async () => {
  ws.keepTargets({ 'spin-a': step({}) });
  expect(await keysOf('step', ['run', 'p:spin-a', '--parallel=3'])).toEqual([]);
});

test('each list of parameters has a key: the command’s, the target’s, and each configuration’s', async () => {
  ws.keepTargets({ 'spin-a': step({ params: { n: 1 } }, { ci: { params: { n: 2 } } }) });
  const configured = await keysOf('step');
  expect(configured).toHaveLength(2);
  // What is typed takes the place of what is configured: then both targets are given the same.
  const typed = await keysOf('step', ['run', 'p:spin-a', '--params.n=3']);
  expect(typed).toHaveLength(1);
  expect(configured).not.toContain(typed[0]);
  expect(await keysOf('step', ['run', 'p:spin-a', '--params.m=3'])).toHaveLength(3);
});

test('targets of another flow, and of another kind, give none', async () => {
  ws.keepTargets({
    'spin-a': step({ params: { n: 1 } }),
    'spin-other': step({ flow: 'other.flow.ts', params: { n: 2 } }),
    'spin-namesake': step({ name: 'g', params: { n: 3 } }),
  });
  expect(await keysOf('step')).toHaveLength(1);
  expect(await keysOf('snapshot')).toEqual([]);
  expect(await keysOf('step', [], 'third.flow.ts')).toEqual([]);
});

test('a file of parameters counts with what it holds, and what a parameter names with what that holds', async () => {
  ws.keepTargets({ 'spin-a': step({ paramsFile: 'params.json' }) });
  ws.write('params.json', '{ "from": "data.csv" }');
  ws.write('data.csv', '1');
  const keys = [await keysOf('step')];
  ws.write('data.csv', '2');
  keys.push(await keysOf('step'));
  ws.write('params.json', '{ "from": "data.csv", "n": 1 }');
  keys.push(await keysOf('step'));
  expect(new Set(keys.flat()).size).toBe(3);
});

test('what the command would refuse gives no key', async () => {
  ws.keepTargets();
  expect(await keysOf('step', ['run', 'p:spin-a', '--params-file=absent.json'])).toEqual([]);
});
