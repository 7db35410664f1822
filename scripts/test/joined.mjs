/**
 * Small test files of a folder, executed as one. A file costs a third of a second of CPU time before its first test: for the
 * global objects of its own, for jest's modules in them, and for what it imports. `npx jest <file>` executes each by itself.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

/** What would reach the other files: modules that are put in the place of others, changed global objects, all of a process. */
const ALONE = /\bjest\.(mock|resetModules|isolateModules)\b|new Realm\(|process\.chdir|chownSync\(/;
/** So that no core waits for the other at the end. */
const MOST = 12;

/**
 * Writes a jest project to `folder`, with a file for each folder of tests.
 * @param but of files that stay by themselves
 * @returns the folder; patterns of the files that are in it; whether a file is one of those that were written
 */
export function joinFiles(root, folder, but) {
  const files = ['packages', 'scripts', 'bench']
    .flatMap((top) => testsBelow(join(root, top)))
    .filter((file) => !but.test(file.replaceAll(sep, '/')) && !ALONE.test(readFileSync(file, 'utf8')));
  const byFolder = new Map();
  for (const file of files) byFolder.set(dirname(file), [...(byFolder.get(dirname(file)) ?? []), file]);
  const written = new Set();
  const joined = [];
  mkdirSync(folder, { recursive: true });
  for (const [directory, all] of byFolder)
    for (let first = 0; first < all.length; first += MOST) {
      const part = all.slice(first, first + MOST);
      if (part.length === 1) continue;
      const path = join(folder, `${relative(root, directory).replaceAll(sep, '-')}-${first}.test.ts`);
      const blocks = part.map(
        (file) =>
          `describe(${JSON.stringify(relative(root, file))}, () => void require(${JSON.stringify(file)}));\n`,
      );
      writeFileSync(path, blocks.join(''));
      written.add(path);
      joined.push(...part);
    }
  writeFileSync(join(folder, 'jest.config.js'), configOf(root));
  const patterns = joined.map((file) => `${relative(root, file).replaceAll('.', '\\.')}$`);
  return { folder, patterns, has: (path) => written.has(path) };
}

function configOf(root) {
  const preset = JSON.stringify(join(root, 'jest.preset.js'));
  return `const preset = require(${preset});
const transform = Object.entries(preset.transform).map(([files, [name, ...options]]) => [
  files, [require.resolve(name, { paths: [${JSON.stringify(root)}] }), ...options],
]);
module.exports = { ...preset, rootDir: __dirname, testMatch: ['**/*.test.ts'], transform: Object.fromEntries(transform) };
`;
}

function testsBelow(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return /^(node_modules|dist)$/.test(entry.name) ? [] : testsBelow(path);
      return /[/\\]test[/\\].*\.test\.ts$/.test(path) ? [path] : [];
    });
}
