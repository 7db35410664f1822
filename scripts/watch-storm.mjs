/**
 * `npm run watch:storm -- --seed=7 --saves=500`: saves of every kind under a watch, in bursts, broken, while a step is executed.
 * Each answer is compared with a spin in a process of its own. `npm test` draws some of them.
 */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({
  options: { seed: { type: 'string' }, saves: { type: 'string', default: '500' } },
});
const env = { ...process.env, NX_FLOW_SAVES: values.saves };
if (values.seed !== undefined) env.NX_FLOW_SEED = values.seed;
const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
const test = 'packages/flow-core/test/session/watch/storm.test.ts';
process.exit(
  spawnSync(process.execPath, [jest, test, '--verbose'], { cwd: root, env, stdio: 'inherit' }).status ?? 1,
);
