#!/usr/bin/env node
const { main, outputWritten } = require('../dist/cli.js');

main(process.argv.slice(2)).then(async (code) => {
  const lost = await outputWritten();
  if (lost) process.stderr.write(lost);
  process.exit(lost ? code || 1 : code);
});
