/** A process that writes as fast as it is answered, while brokers are killed one after another: what it was told is there. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Store } from '../../src/store/store';
import { nothingLeft, succeed, verifyOf } from './after';
import type { Trial } from './commands';
import type { Draw } from './draw';
import { as, Failure } from './failure';
import { within, withStore } from './within';

/** Runs that it writes. */
const COUNT = 300;

export interface Written {
  killed: number;
  acknowledged: number;
}

export async function writes(trial: Trial, draw: Draw): Promise<Written> {
  const { lane, store } = trial;
  const args = [join(__dirname, 'writer.cjs'), store, String(COUNT)];
  const child = spawn(process.execPath, args, { env: { ...process.env, ...lane.env } });
  let said = '';
  let complaint = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  child.stderr.on('data', (chunk) => {
    complaint += chunk;
  });
  let ended = false;
  const done = once(child, 'close').finally(() => {
    ended = true;
  });
  await Promise.race([once(child.stdout, 'data'), done]);
  let killed = 0;
  for (let times = draw.int(2, 6); times > 0 && !ended; times--) {
    await Promise.race([pause(draw.int(10, 150)), done]);
    for (const pid of ended ? [] : lane.ws.brokers()) {
      process.kill(pid, 'SIGKILL');
      killed++;
    }
  }
  // Sometimes the writer itself.
  if (draw.of([true, false]) && child.kill('SIGKILL')) killed++;
  else if ((await within(done, 'the writer'))[0] !== 0) throw new Failure('broken', complaint);
  await within(done, 'the writer');
  const numbers = said.trim().split('\n').map(Number);
  await as('left', 'the writer', () => lane.gone());
  await as('lost', 'what was written', () => withStore(store, (opened) => areThere(opened, numbers)));
  await as('lost', 'verify', () => succeed(trial, verifyOf(trial)));
  await nothingLeft(trial);
  return { killed, acknowledged: numbers.length };
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
