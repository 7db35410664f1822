/** A process that neither works nor answers is noticed; one that works, or answers, is not. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { LOOK_MS, Watchdog } from '../../../src/engine/pool/watchdog';

const children: ChildProcess[] = [];
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await Promise.all(children.map((child) => once(child, 'exit')));
});

async function watched(script: string): Promise<{ dog: Watchdog; told: number[]; child: ChildProcess }> {
  const child = spawn(process.execPath, ['-e', `console.log(); ${script}`]);
  children.push(child);
  await once(child.stdout, 'data');
  const told: number[] = [];
  const dog = new Watchdog({ pid: child.pid, ping: () => {}, silent: (ms) => told.push(ms) });
  return { dog, told, child };
}
const SLEEP = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60000);';

test('a process that waits in a call that blocks is told once, after thirty seconds', async () => {
  const { dog, told } = await watched(SLEEP);
  for (let now = 0; now <= 60_000; now += 10_000) dog.look(now);
  expect(told).toEqual([30_000]);
  // A new silence is told anew.
  dog.heard();
  for (let now = 70_000; now <= 110_000; now += 10_000) dog.look(now);
  expect(told).toEqual([30_000, 30_000]);
});

test('the clock of the looks agrees with the words, though a look comes a little early', async () => {
  const { dog, told } = await watched(SLEEP);
  dog.heard();
  const looks: number[] = [];
  for (let n = 1; told.length === 0 && n < 40; n++) {
    looks.push(n * LOOK_MS - (n % 3));
    dog.look(looks.at(-1) as number);
  }
  expect(Math.round((told[0] as number) / 1000)).toBe(30);
  // It has been silent from the moment at which it was heard, shortly before the first look.
  expect(looks.at(-1)).toBeLessThan(33_000);
});

test('one that answers is not told', async () => {
  const { dog, told } = await watched(SLEEP);
  for (let now = 0; now <= 90_000; now += 10_000) {
    dog.look(now);
    dog.heard();
  }
  expect(told).toEqual([]);
});

test('one that works is not told, though it never answers', async () => {
  const { dog, told, child } = await watched(
    "process.stdin.on('data', () => { for (const from = process.cpuUsage(); process.cpuUsage(from).user < 120_000; ); console.log(); });",
  );
  for (let now = 0; now <= 50_000; now += 10_000) {
    dog.look(now);
    child.stdin?.write('x');
    await once(child.stdout as NodeJS.ReadableStream, 'data');
  }
  expect(told).toEqual([]);
});
