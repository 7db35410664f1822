// The one jest setup: every project's jest.config.js says `preset: '../../jest.preset.js'` and no more.
// Every process of Node would read these certificates when it starts, for a third of its CPU time. Only npm needs them: see
// `e2e/lib/env.ts`.
if (process.env.NODE_EXTRA_CA_CERTS) process.env.NX_FLOW_CA_CERTS = process.env.NODE_EXTRA_CA_CERTS;
delete process.env.NODE_EXTRA_CA_CERTS;

module.exports = {
  testEnvironment: require.resolve('./scripts/jest-environment.cjs'),
  testMatch: ['**/test/**/*.test.ts', '**/*.flow.test.ts'],
  transform: {
    '^.+\\.[cm]?tsx?$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } },
    ],
  },
  testTimeout: 120_000,
};
