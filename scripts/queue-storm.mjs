/**
 * `npm run queue:storm -- --seed=7 --storms=50`: runs of 1,000 tasks over a queue while workers are killed, its server is restarted,
 * and the coordinator is killed and resumed. `--from=12` begins with number 12 of the seed. `npm test` draws a small one.
 */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    storms: { type: 'string', default: '50' },
    from: { type: 'string', default: '0' },
  },
});
const env = { ...process.env, NX_FLOW_STORMS: values.storms, NX_FLOW_FROM: values.from };
if (values.seed !== undefined) env.NX_FLOW_SEED = values.seed;
const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
const test = 'packages/flow-queue/test/torture/storm.test.ts';
process.exit(
  spawnSync(process.execPath, [jest, test, '--verbose'], { cwd: root, env, stdio: 'inherit' }).status ?? 1,
);
