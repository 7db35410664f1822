/** Loaded into a process before its program: says at its end when each phase of a cold spin was over, in ms since its spawn. */
const { writeFileSync } = require('node:fs');
const Module = require('node:module');
const { Socket } = require('node:net');

const { timeOrigin } = performance;
/** The parent's clock at the spawn: both are of one machine. */
const now = () => timeOrigin + performance.now() - Number(process.env.BENCH_SPAWNED);
const marks = {};

/** @param end whether the last time counts, else the first */
const mark = (phase, end = false) => {
  if (end || marks[phase] === undefined) marks[phase] = now();
};
globalThis.benchMark = mark;

mark('node');
const { _load, prototype } = Module;
let depth = 0;
Module._load = function load(...given) {
  depth++;
  try {
    return Reflect.apply(_load, this, given);
  } finally {
    depth--;
    // The command's program is evaluated.
    if (depth === 0 || /cli\.js$/.test(given[0])) mark('bundle');
  }
};
const { _compile } = prototype;
prototype._compile = function compile(code, file, ...more) {
  const isFlow = /\.flow\.[cm]?ts$/.test(file);
  if (isFlow) mark('found');
  try {
    return Reflect.apply(_compile, this, [code, file, ...more]);
  } finally {
    if (isFlow) mark('flow', true);
  }
};
const { connect } = Socket.prototype;
Socket.prototype.connect = function connecting(...given) {
  mark('connecting');
  this.once('connect', () => mark('connected'));
  return Reflect.apply(connect, this, given);
};
process.on('exit', () => {
  mark('end', true);
  writeFileSync(process.env.BENCH_MARKS, JSON.stringify(marks));
});
