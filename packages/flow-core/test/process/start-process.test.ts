import { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { startProcess } from '../../src/process/start-process';

const folder = mkdtempSync(join(tmpdir(), 'nx-flow-test-'));
const script = join(folder, 'child.cjs');
const CHANNEL = join(__dirname, '../../src/process/channel');

beforeAll(async () => {
  writeFileSync(join(folder, 'child.ts'), CHILD);
  const [entry, outfile] = [join(folder, 'child.ts'), script];
  await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', logLevel: 'error' });
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Answers its first message by many, and ends. It reads no other. */
const CHILD = `
import { channelToParent } from ${JSON.stringify(CHANNEL)};
const channel = channelToParent({
  message() {
    for (let i = 0; i < 50; i++) channel.send(i);
    process.reallyExit(0);
  },
  closed() {},
});
`;

test('what a process said before its end is heard, also when something was written to it after that', async () => {
  const heard: number[] = [];
  const child = startProcess<number, object>(script, [], process.env, (message) => void heard.push(message));
  const ended = new Promise<string>((resolve) => child.onEnd(resolve));
  child.channel.send({ begin: true });
  untilDead(child.child.pid as number);
  child.channel.send({ late: true });
  expect(await ended).toBe('exited with code 0');
  expect(heard).toEqual(Array.from({ length: 50 }, (_, i) => i));
});

test('without file handles for a process, it throws what the system says', () => {
  // Node gives a process that it could not start for that reason no streams.
  const spawning = jest
    .spyOn(ChildProcess.prototype as never, 'spawn')
    .mockImplementation((() => -24) as never);
  try {
    expect(() => startProcess(script, [], process.env, () => {})).toThrow(
      expect.objectContaining({ code: 'EMFILE' }),
    );
  } finally {
    spawning.mockRestore();
  }
});

/** Reads no event meanwhile. The process stays in the list of processes until its end is noticed. */
function untilDead(pid: number): void {
  const file = `/proc/${pid}/stat`;
  while (existsSync(file) && !readFileSync(file, 'utf8').includes(') Z ')) {}
}
