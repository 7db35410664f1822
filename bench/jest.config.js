/** The arithmetic of the benchmarks; nothing here is timed. */
module.exports = { preset: '../jest.preset.js' };
