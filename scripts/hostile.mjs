/**
 * `npm run hostile -- --seed=7 --sequences=2000`: random sequences of steps that misbehave, over every command. `--from=1200`
 * begins with number 1200 of the seed. `npm test` draws some of them for some seconds.
 */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    from: { type: 'string', default: '0' },
    sequences: { type: 'string', default: '2000' },
  },
});
const env = { ...process.env, NX_FLOW_HOSTILE: values.sequences, NX_FLOW_FROM: values.from };
if (values.seed !== undefined) env.NX_FLOW_SEED = values.seed;
const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
const test = 'packages/flow-core/test/conformance/hostile.test.ts';
process.exit(
  spawnSync(process.execPath, [jest, test, '--verbose'], { cwd: root, env, stdio: 'inherit' }).status ?? 1,
);
