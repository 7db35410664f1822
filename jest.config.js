/** `npx jest` from the root runs every project. Jest takes the timeout from here then, not from the projects' preset. */
module.exports = {
  projects: [
    '<rootDir>/packages/*/jest.config.js',
    '<rootDir>/examples/*/jest.config.js',
    '<rootDir>/scripts/jest.config.js',
    '<rootDir>/bench/jest.config.js',
    '<rootDir>/e2e/jest.config.js',
    '<rootDir>/docs/jest.config.js',
  ],
  testTimeout: require('./jest.preset.js').testTimeout,
};
