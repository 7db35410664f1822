/** `npm run quickstart`: runs the movies example, spins one step of it, and says what to try next. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, 'packages', 'flow-core', 'bin', 'nx-flow.js');

if (!existsSync(join(root, 'packages', 'flow-core', 'dist', 'parts', 'base.js'))) {
  console.error('The packages are not built yet: run `npm install` first.');
  process.exit(2);
}

function show(...args) {
  console.log(`\n$ npx nx-flow ${args.join(' ')}\n`);
  const { status } = spawnSync(process.execPath, [bin, ...args], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

console.log('A flow of seven steps on 3,201 real films: examples/movies/movies.flow.ts');
show('run', 'movies');
console.log(`
Everything is recorded now. Next: one step of it, on what the run recorded for it.
Edit a step in examples/movies/movies.flow.ts, and spin it again:

  npx nx-flow spin movies genre --index=3           one split of the foreach
  npx nx-flow spin movies byDecade --params.minVotes=500
  npx nx spin movies --step=playlist                a step through Nx
  npx nx-flow show movies                           the run, step by step`);
show('spin', 'movies', 'tables');
