#!/usr/bin/env node
const { main } = require('../dist/cli.js');

const streams = [process.stdout, process.stderr];
// `nx-flow logs movies | head`: whoever reads may leave before the end.
for (const stream of streams) stream.on('error', () => {});
// A pipe takes what is written later than it is written: leaving at once would cut it off.
const drained = (stream) => new Promise((resolve) => stream.write('', resolve));

main(process.argv.slice(2)).then(async (code) => {
  await Promise.all(streams.map(drained));
  process.exit(code);
});
