/**
 * A process that uses a store: `node client.cjs <store> <nonce> [leave]`. It says "ready"; on a line of input it claims
 * a number with its nonce, writes, reads what all have written, and says so; at the end of input it closes the store.
 * With "leave" it waits for nothing, and never closes: it ends because nothing is left to do.
 */
const { openStore } = require('../../../dist/store.js');

const [folder, nonce, leave] = process.argv.slice(2);

async function use(store) {
  const number = await store.claimRun('movies', nonce);
  await store.commit([{ key: `mine/${nonce}`, value: String(number) }]);
  const seen = await store.kv.range({ gte: 'mine/', lt: 'mine/~', limit: 1000 });
  process.stdout.write(`${JSON.stringify({ number, seen: seen.map(([key]) => key) })}\n`);
}

async function main() {
  if (leave) return use(openStore(folder));
  process.stdout.write('ready\n');
  let store;
  for await (const _ of process.stdin) {
    store = openStore(folder);
    await use(store);
  }
  await store.close();
}

main().catch((error) => {
  process.stderr.write(`${error.code}: ${error.message}\n`);
  process.exitCode = 1;
});
