/** `npx jest` from the root runs every project. Jest takes these settings from here, not from the projects' preset. */
module.exports = {
  projects: [
    '<rootDir>/packages/*/jest.config.js',
    '<rootDir>/examples/*/jest.config.js',
    '<rootDir>/scripts/jest.config.js',
    '<rootDir>/bench/jest.config.js',
    '<rootDir>/e2e/jest.config.js',
    '<rootDir>/docs/jest.config.js',
    ...(process.env.NX_FLOW_JOINED_TESTS ? [process.env.NX_FLOW_JOINED_TESTS] : []),
  ],
  testTimeout: require('./jest.preset.js').testTimeout,
  // Tests wait for processes that they start: a core would be idle beside them.
  maxWorkers: '100%',
  testSequencer: '<rootDir>/scripts/jest-sequencer.cjs',
};
