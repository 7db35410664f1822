/** A process that writes as fast as it is answered, while brokers are killed one after another: what it was told is there. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Store } from '../../src/store/store';
import type { Draw } from './draw';
import { as, Failure } from './failure';
import { strike } from './kills';
import { nothingLeft } from './left';
import { succeed, type Trial, verifyOf } from './trial';
import { within, withStore } from './within';

/** Runs that it writes. */
const COUNT = 300;

export interface Written {
  killed: number;
  acknowledged: number;
}

export async function writes(trial: Trial, draw: Draw): Promise<Written> {
  const { lane, store } = trial;
  const writer = start(trial, COUNT);
  await Promise.race([once(writer.child.stdout, 'data'), writer.done]);
  let killed = 0;
  for (let times = draw.int(2, 6); times > 0 && writer.child.exitCode === null; times--) {
    await Promise.race([pause(draw.int(10, 150)), writer.done]);
    for (const pid of writer.child.exitCode === null ? lane.ws.brokers() : []) killed += strike(pid);
  }
  // Sometimes the writer itself.
  const spared = draw.of([true, false]);
  if (!spared && writer.child.kill('SIGKILL')) killed++;
  const { code, numbers, complaint } = await within(writer.done, 'the writer');
  if (spared && code !== 0) throw new Failure('broken', complaint);
  await as('left', 'the writer', () => lane.gone());
  await as('lost', 'what was written', () => withStore(store, (opened) => areThere(opened, numbers)));
  const next = await within(start(trial, 1).done, 'the next writer');
  if (next.code !== 0) throw new Failure('broken', next.complaint);
  await as('lost', 'the next number', () =>
    withStore(store, (opened) => areThere(opened, [...numbers, ...next.numbers])),
  );
  await as('lost', 'verify', () => succeed(trial, verifyOf(trial)));
  await nothingLeft(trial);
  return { killed, acknowledged: numbers.length };
}

/** A writer, and what it was told until its end. */
function start({ lane, store }: Trial, count: number) {
  const args = [join(__dirname, 'writer.cjs'), store, String(count)];
  const child = spawn(process.execPath, args, { env: { ...process.env, ...lane.env } });
  let said = '';
  let complaint = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  child.stderr.on('data', (chunk) => {
    complaint += chunk;
  });
  const done = once(child, 'close').then(([code]) => ({
    code,
    // A line that was cut off was not said.
    numbers: said.split('\n').slice(0, -1).map(Number),
    complaint,
  }));
  return { child, done };
}

async function areThere(store: Store, numbers: readonly number[]): Promise<void> {
  if (new Set(numbers).size !== numbers.length) throw new Error('a number was given twice');
  for (const number of numbers) {
    const row = await store.run('written', number);
    if (!row) throw new Error(`run ${number} is gone`);
    const tags = await store.tags(row);
    if (tags.length !== 1 || tags[0] !== `tag-${row.paramInputs.i}`)
      throw new Error(`run ${number} has ${tags}`);
  }
}
