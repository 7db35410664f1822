/** Executes commands of nx-flow one after another in one process: most of what each would take is its start. */
const { main } = require(process.argv[2]);

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
  process.send({ code, printed });
});
