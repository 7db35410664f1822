/**
 * Writes to a store and says on its output what was acknowledged, a line each: `node writer.cjs <store> <count>`. Each round claims a
 * number and commits a record with it.
 */
const { openStore } = require('../../dist/store.js');

const [folder, count] = process.argv.slice(2);

async function main() {
  const store = openStore(folder);
  for (let i = 0; i < Number(count); i++) {
    const number = await store.claimRun('written', `${process.pid}-${i}`);
    await store.commit([
      { key: `code/written/${String(number).padStart(10, '0')}`, value: `{"of":${number}}` },
    ]);
    process.stdout.write(`${number}\n`);
  }
  await store.close();
}

main().catch((error) => {
  process.stderr.write(`${error.code}: ${error.message}\n`);
  process.exitCode = 1;
});
