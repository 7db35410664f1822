/**
 * Fills the disk of a store while a run goes on, and makes room again: `node full-disk.cjs <store>`. Each line of its output is what
 * was seen at that point.
 */
const { execFileSync } = require('node:child_process');
const { closeSync, openSync, readFileSync, rmSync, writeSync } = require('node:fs');
const { join } = require('node:path');
const { openStore, record } = require('../../../dist/store.js');

const [folder] = process.argv.slice(2);
const filler = join(folder, 'filler');
const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);
const text = (value) => value && Buffer.from(value).toString();

function fill() {
  const fd = openSync(filler, 'w');
  for (const size of [65536, 1]) {
    try {
      for (;;) writeSync(fd, Buffer.alloc(size));
    } catch {}
  }
  closeSync(fd);
}

/** Ends the broker as a crash would, and waits until it is gone. */
function killBroker() {
  const pid = Number(readFileSync(join(folder, 'broker.pid'), 'utf8'));
  process.kill(pid, 'SIGKILL');
  for (;;) {
    try {
      if (execFileSync('cat', [`/proc/${pid}/stat`], { encoding: 'utf8', stdio: 'pipe' }).includes(') Z '))
        return;
    } catch {
      return;
    }
  }
}

async function main() {
  const store = openStore(folder);
  const run = await store.claimRun('movies', 'first');
  const fence = store.coordinate('movies', run);
  // Of a machine whose processes cannot be looked at.
  const row = { flow: 'movies', run, status: 'running', host: 'elsewhere', pid: 1, tags: [], systemTags: [] };
  const key = 'a value';
  await store.commit([{ key, value: 'x'.repeat(1000) }, ...record.run(row)], fence);
  // The process of this one comes back to no broker so soon.
  await store.commit(record.run({ ...row, run: 100 }));
  const other = openStore(folder);
  other.coordinate('movies', 100);
  await other.run('movies', 100);
  const states = () =>
    Promise.all([run, 100].map(async (number) => (await store.run('movies', number)).status));
  say({ before: await states() });

  fill();
  killBroker();
  // The same client goes on with a broker that cannot even write down its number.
  say({ read: [text(await store.kv.get(key)), run, ...(await states())] });
  const refusals = [];
  for (const write of [
    () => store.commit([{ key: 'more', value: '' }]),
    () => store.claimRun('movies', 'second'),
  ])
    await write().catch((error) => refusals.push(error));
  say({ refused: refusals.map(({ code }) => code), message: refusals[0]?.message });

  rmSync(filler);
  const next = await store.claimRun('movies', 'second');
  await store.commit([{ key: 'more', value: 'still there' }]);
  say({ after: [next, text(await store.kv.get('more')), ...(await states())] });
  await other.run('movies', 100);
  await other.close();
  await store.close();
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
});
