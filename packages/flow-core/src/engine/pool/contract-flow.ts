/** The flow whose steps the contract of a pool executes: each does one thing that a pool has to cope with. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { progress } from '../../card/components/progress';
import { flow } from '../../definition/flow';

/** A variable that a step changes, to see that the next one does not have the change. */
const VARIABLE = 'POOL_CONTRACT';

const f = flow('pool-contract');

const start = f.start(() => ({ folder: '', list: [0], count: 0 }));

/** Waits for a word, or for the end of the test. */
async function hear(folder: string, word: string): Promise<void> {
  while (existsSync(folder) && !existsSync(join(folder, word))) await pause(3);
}

/** Says that it is at work, and waits for a word. */
const waits = f.foreach('waits', { after: start, over: 'list' }, async ({ self, index }) => {
  writeFileSync(join(self.folder, `at-${index}`), '');
  await hear(self.folder, 'go');
  writeFileSync(join(self.folder, `left-${index}`), '');
});
const joined = f.join('joined', { after: waits }, () => ({ folder: '', count: 0 }));

const reads = f.step('reads', { after: joined }, ({ self, current }) => ({
  seen: `${self.count} ${current.step} ${current.attempt}`,
}));
const prints = f.step('prints', { after: reads }, ({ log }) => log('one line'));
const throws = f.step('throws', { after: prints }, () => {
  throw new RangeError('as it must');
});
const dies = f.step('dies', { after: throws }, () => {
  process.exit(3);
});
const alone = f.step('alone', { after: dies, isolate: true }, () => ({ pid: process.pid }));
const shared = f.step('shared', { after: alone }, () => ({ pid: process.pid }));
const changes = f.step('changes', { after: shared }, () => {
  process.env[VARIABLE] = 'changed';
  process.chdir('/');
});
const looks = f.step('looks', { after: changes }, () => ({
  environment: process.env[VARIABLE] ?? 'unset',
  cwd: process.cwd(),
}));
const spins = f.step('spins', { after: looks, timeout: '100ms' }, () => {
  for (;;);
});
const sleeps = f.step('sleeps', { after: spins, timeout: '100ms' }, async () => {
  await pause(600_000);
});
/** It never yields while it shows something: what is heard of it was said at a change. */
const shows = f.step('shows', { after: sleeps }, ({ card }) => {
  const done = card.add(progress());
  for (const until = Date.now() + 30; Date.now() < until; ) done.value++;
  done.value = -1;
});
/** What it does not await is at work when it has ended. */
const goesOn = f.step('goesOn', { after: shows }, ({ self }) => {
  void hear(self.folder, 'go').then(() => process.stdout.write('after its end\n'));
});

export default f.end(goesOn);
