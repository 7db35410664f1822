/** Executes commands of nx-flow one after another in one process: most of what each would take is its start. */
const { existsSync } = require('node:fs');
const { join } = require('node:path');

const { main } = require(join(process.argv[2], 'cli.js'));
const { openStore } = require(join(process.argv[2], 'store.js'));
/** Held from the first command to the last, so that the process behind it is started once. */
let store;

const streams = { stdout: process.stdout, stderr: process.stderr };
let printed = [];
for (const [name, stream] of Object.entries(streams)) {
  stream.write = (piece, ...rest) => {
    printed.push({ name, text: typeof piece === 'string' ? piece : Buffer.from(piece).toString() });
    rest.at(-1)?.();
    return true;
  };
}

process.on('message', async (argv) => {
  printed = [];
  const code = await main(argv);
  if (store === undefined && existsSync('.flow')) {
    store = openStore('.flow');
    await store.latest('nothing', undefined);
  }
  process.send({ code, printed });
});

process.on('disconnect', () => store?.close());
