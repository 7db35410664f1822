/**
 * Writes runs to a store and says on its output what was acknowledged, a number on each line: `node writer.cjs <store> <count>`.
 */
const { hostname } = require('node:os');
const { openStore, record } = require('../../dist/store.js');

const [folder, count] = process.argv.slice(2);

async function main() {
  const store = openStore(folder);
  for (let i = 0; i < Number(count); i++) {
    const run = await store.claimRun('written', `${process.pid}-${i}`);
    const who = { user: 'tester', namespace: 'user:tester', pid: process.pid, host: hostname() };
    const what = { flow: 'written', run, status: 'done', startedAt: i, paramInputs: { i }, steps: [] };
    const row = { ...who, ...what, tags: [], systemTags: [], node: process.version, version: '0' };
    await store.commit(record.run(row));
    await store.changeTags('written', run, { add: [`tag-${i}`] });
    process.stdout.write(`${run}\n`);
  }
  await store.close();
}

main().catch((error) => {
  process.stderr.write(`${error.code}: ${error.message}\n`);
  process.exitCode = 1;
});
