/** `npx jest` from the root runs every project. */
module.exports = {
  projects: [
    '<rootDir>/packages/*/jest.config.js',
    '<rootDir>/examples/*/jest.config.js',
    '<rootDir>/e2e/jest.config.js',
  ],
};
