/** `prepack` of each package: refuses to pack the current folder while a file that its manifest names is not built. */
import { existsSync, readFileSync } from 'node:fs';

const { name, main, types, bin, exports: entries } = JSON.parse(readFileSync('package.json', 'utf8'));

/** The paths of a value, however deep, that begin with `./`. */
function pathsIn(value) {
  if (typeof value === 'string') return value.startsWith('./') ? [value] : [];
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(pathsIn) : [];
}

if (!pathsIn([main, types, bin, entries]).every((path) => existsSync(path))) {
  console.error(`${name} is not built yet: run \`npm install\` in the repository first, then pack again.`);
  process.exit(1);
}
