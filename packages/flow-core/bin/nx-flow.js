#!/usr/bin/env node
const { writeSync } = require('node:fs');
const { emit, exit, reallyExit } = process;

/** What the command came to. Until that is known, the process ends with no 0, however it ends. */
let result;
/** Another code than 0 is that of a signal, or of a program under which the command runs. */
const codeOf = (code) => result ?? (code || 1);

let told = false;
function tellEarlyEnd(code) {
  if (result !== undefined || told || code > 128) return;
  told = true;
  try {
    writeSync(2, 'FLOW_INTERNAL  The process ended before its command was done. What it recorded stands.\n');
  } catch {
    // Nobody reads it.
  }
}

// Code of a flow may reach these two, and neither the code nor the end is theirs.
const end = (code) => {
  // Another program, under which the command runs, ends it so.
  if (!code) tellEarlyEnd(code);
  reallyExit.call(process, codeOf(code));
};
process.reallyExit = end;
process.emit = (event, ...given) => {
  if (event !== 'exit') return emit.call(process, event, ...given);
  const called = ends || isExitCalled();
  if (!called) tellEarlyEnd(given[0]);
  try {
    return emit.call(process, event, ...given);
  } finally {
    // Where `process.exit` was called, it is refused, or ends above.
    if (!called) process.exitCode = codeOf(given[0]);
  }
};

/** This file calls it. To look at a stack takes milliseconds where a flow was imported: its source maps are read for each line. */
let ends = false;

/** Told by the stack: what was loaded before this file may hold the `process.exit` of Node, which sets no flag. */
function isExitCalled() {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 50;
  const { stack } = new Error();
  Error.stackTraceLimit = stackTraceLimit;
  return /node:internal\/process\/per_thread/.test(String(stack));
}

function endWith(code) {
  result = code;
  // The command has been told what counts. Nothing that its flow left is told beside it.
  process.on('uncaughtException', () => {}).on('unhandledRejection', () => {});
}

const keep = require('../dist/code-cache.js').keepCode(process.argv[2]);
const { main, outputWritten } = require('../dist/cli.js');

main(process.argv.slice(2))
  .then(endWith, (error) => {
    process.stderr.write(`FLOW_INTERNAL  ${error?.stack ?? error}\n`);
    endWith(1);
  })
  .then(outputWritten)
  .then((lost) => {
    if (lost) process.stderr.write(lost);
    if (lost && result === 0) result = 1;
    // A command that was refused writes nothing anywhere.
    if (result === 0) keep();
    process.reallyExit = end;
    ends = true;
    try {
      exit.call(process, result);
    } finally {
      end(result);
    }
  });
