/** Executes what README and docs say: see CONTRIBUTING.md, "Docs". */
module.exports = { preset: '../jest.preset.js' };
