// docs/debugging.md: a debugger that is connected to a spin stops inside the step, and knows its TypeScript file.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { Debugger } from '../../packages/flow-core/test/kit/debugger';
import { Workspaces, write } from './lib/workspace';

const workspaces = new Workspaces();
afterAll(() => workspaces.dispose());

test('node --inspect-brk node_modules/.bin/nx-flow spin … stops in the step, with its values at hand', async () => {
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
  const ended = new Promise((resolve) => child.once('close', (code, signal) => resolve(code ?? signal)));
  const scripts = new Map<string, { url: string; sourceMapURL: string }>();
  const frames: { location: { scriptId: string }; callFrameId: string }[] = [];
  let value: unknown;
  let client: Debugger | undefined;

  const heard = async (method: string, params: unknown) => {
    if (method === 'Debugger.scriptParsed') {
      const script = params as { scriptId: string; url: string; sourceMapURL: string };
      scripts.set(script.scriptId, script);
    }
    if (method !== 'Debugger.paused') return;
    const [frame] = (params as { callFrames: typeof frames }).callFrames;
    if (frame && scripts.get(frame.location.scriptId)?.url.endsWith('hello.flow.ts')) {
      frames.push(frame);
      const { callFrameId } = frame;
      const expression = 'current.step';
      value = await client?.send('Debugger.evaluateOnCallFrame', { callFrameId, expression });
    }
    await client?.send('Debugger.resume');
  };
  let told = '';
  child.stderr.on('data', async (text) => {
    told += text;
    const url = /ws:\/\/\S+/.exec(told)?.[0];
    if (told.includes('Waiting for the debugger to disconnect')) client?.close();
    if (url === undefined || client) return;
    told = '';
    client = await Debugger.connect(url, heard);
    await client.send('Runtime.enable');
    await client.send('Debugger.enable');
    await client.send('Runtime.runIfWaitingForDebugger');
  });

  expect(await ended).toBe(0);
  expect(frames).toHaveLength(1);
  expect(value).toMatchObject({ result: { value: 'start' } });
  const { sourceMapURL } = scripts.get(frames[0]?.location.scriptId as string) as { sourceMapURL: string };
  const map = JSON.parse(Buffer.from(sourceMapURL.split(',')[1] as string, 'base64').toString());
  expect(map.sources).toEqual([file]);
  expect(printed).toContain('hello from start');
});
