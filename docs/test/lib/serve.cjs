/**
 * Executes commands of nx-flow one after another in one process: most of what each would take is its start. Modules of the
 * folder are forgotten after each command, so that an edit is seen.
 */
const { existsSync } = require('node:fs');
const { join, sep } = require('node:path');

const { main } = require(join(process.argv[2], 'cli.js'));
const { openStore } = require(join(process.argv[2], 'store.js'));
/** Held from a folder's first command to its last, so that the process behind it is started once. */
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

async function hold() {
  if (store !== undefined || !existsSync('.flow/db')) return;
  store = openStore('.flow');
  await store.latest('nothing', undefined);
}

async function execute({ folder, argv }) {
  process.chdir(folder);
  await hold();
  printed = [];
  const before = { ...process.env };
  const code = await main(argv);
  for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
  Object.assign(process.env, before);
  process.exitCode = undefined;
  for (const file of Object.keys(require.cache))
    if (file.startsWith(folder + sep)) delete require.cache[file];
  await hold();
  return { code, printed };
}

/** The folder's last command was executed. */
async function leave() {
  const closing = store;
  store = undefined;
  await closing?.close();
  return { code: 0, printed: [] };
}

process.on('message', async (message) => {
  process.send(await (message.argv ? execute(message) : leave()));
});

process.on('disconnect', () => store?.close());
