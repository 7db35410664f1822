/**
 * `npm run fuzz -- --door=frames --inputs=100000 --seed=7`: random inputs at a door where bytes and text of others come in;
 * without a door, at each of them. `--from=20000` begins with that number of the seed. `npm test` gives each door some.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundleFuzz } from './build/fuzz.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({
  options: {
    door: { type: 'string', multiple: true },
    seed: { type: 'string' },
    from: { type: 'string', default: '0' },
    inputs: { type: 'string', default: '100000' },
    ms: { type: 'string' },
  },
});
const seed = Number(values.seed ?? Date.now() % 2 ** 31);
const folder = mkdtempSync(join(tmpdir(), 'nx-flow-fuzz-'));
const under = join(folder, 'input.json');
const options = {
  ...(values.door ? { doors: values.door } : {}),
  ...(values.ms ? { ms: Number(values.ms) } : {}),
  ...{ seed, from: Number(values.from), inputs: Number(values.inputs), under },
};
const child = spawn(process.execPath, [await bundleFuzz(root), JSON.stringify(options)], {
  cwd: folder,
  stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
});
let said = '';
child.stdio[3].on('data', (chunk) => {
  said += chunk;
});
child.on('close', (code, signal) => {
  if (code !== 0)
    console.error(`It ended with ${signal ?? code} at ${readFileSync(under, 'utf8').slice(0, 5000)}`);
  const results = said === '' ? {} : JSON.parse(said);
  for (const [door, { inputs, passed, refused, replayed, seconds, found }] of Object.entries(results)) {
    console.log(
      `${door}: ${inputs} inputs of seed ${seed} from ${values.from}, ${passed} taken in, ${refused} refused, ${replayed} replayed, ${seconds} s, ${found.length} kinds of failures`,
    );
    for (const { input, error, times } of found)
      console.log(`\n${times} × ${error}\n  ${JSON.stringify(input)}`);
  }
  rmSync(folder, { recursive: true, force: true });
  process.exit(code !== 0 || Object.values(results).some(({ found }) => found.length > 0) ? 1 : 0);
});
