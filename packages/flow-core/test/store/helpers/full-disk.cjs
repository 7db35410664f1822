/**
 * Fills the disk of a store while a run goes on, and makes room again: `node full-disk.cjs <store>`. Each line of its output is what
 * was seen at that point.
 */
const { execFileSync } = require('node:child_process');
const { randomBytes } = require('node:crypto');
const {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} = require('node:fs');
const { dirname, join } = require('node:path');
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
  process.chdir(folder);
  writeFileSync('package.json', '{}');
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

  // It is full again, and there is something that can be made again.
  const output = join(folder, 'dist/flow/movies/spin/train/result.json');
  mkdirSync(dirname(output), { recursive: true });
  writeFileSync(output, Buffer.alloc(400_000));
  fill();
  await store.commit([{ key: 'large', value: randomBytes(100_000) }]);
  say({ madeRoom: [(await store.kv.get('large')).length, existsSync(output)] });
  await store.close();
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
});
