/** The longest test files first, so that no core is left with one of them at the end. Where jest has seen files before, it knows best. */
const { default: Sequencer } = require('@jest/test-sequencer');

/** What takes long, in this order; all others come after it. */
const LONG = [
  /e2e\/test\/(graphs|random-edits|cached-steps|cached-spin)/,
  /e2e\/test\/(failures|seen|remote-cache|oldest-nx|generators|moved)/,
  /e2e\//,
  /test\/cli\//,
  /test\/(conformance|testing|store|source)\//,
];
const rank = ({ path }) => {
  const found = LONG.findIndex((pattern) => pattern.test(path.replaceAll('\\', '/')));
  return found === -1 ? LONG.length : found;
};

module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    return [...super.sort(tests)].sort((a, b) => rank(a) - rank(b));
  }
};
