// docs/debugging.md: a debugger that is connected to a spin stops inside the step, and knows its TypeScript file.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { stopsOf } from '../../packages/flow-core/test/kit/stops';
import { Workspaces, write } from './lib/workspace';

const workspaces = new Workspaces();
afterAll(() => workspaces.dispose());

test('node --inspect-brk node_modules/.bin/nx-flow spin … stops where the step says so', async () => {
  const folder = workspaces.page('debugging-test', 'empty');
  const file = join(folder, 'hello.flow.ts');
  write(
    file,
    `import { flow } from '@nx-flow/core';
const f = flow('hello', { params: {} });
const start = f.start(({ current }: { current: { step: string } }) => {
  debugger;
  console.log('hello from', current.step);
});
export default f.end(start);
`,
  );
  const command = join(workspaces.folder, 'node_modules', '.bin', 'nx-flow');
  const child = spawn(process.execPath, ['--inspect-brk=127.0.0.1:0', command, 'spin', 'hello', 'start'], {
    cwd: folder,
    env: { ...process.env, CI: '1', NX_FLOW_USER: 'ada' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  child.stdout.on('data', (text) => {
    printed += text;
  });
  const stops = stopsOf(child);
  expect(await once(child, 'close')).toEqual([0, null]);
  // The first line of the command comes first.
  expect(stops.slice(1)).toEqual([{ file, line: 4 }]);
  expect(printed).toContain('hello from start');
});
