/** Real Nx, real npm, real processes: the packages as a user installs them. */
module.exports = {
  preset: '../jest.preset.js',
  globalSetup: './lib/setup.ts',
  globalTeardown: './lib/teardown.ts',
};
