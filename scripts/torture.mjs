/**
 * `npm run torture -- --seed=7 --kills=500 --faults=100`: real processes are killed in the midst of every command that writes, and
 * stores are damaged, filled and taken away. `--from=120` begins with number 120 of the seed; `--command=rm` kills at that command
 * alone. `npm test` draws some for some seconds.
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
    kills: { type: 'string', default: '500' },
    faults: { type: 'string', default: '100' },
    writes: { type: 'string', default: '20' },
    command: { type: 'string' },
    verbose: { type: 'boolean', default: false },
  },
});
const env = {
  ...process.env,
  NX_FLOW_KILLS: values.kills,
  NX_FLOW_FAULTS: values.faults,
  NX_FLOW_WRITES: values.writes,
  NX_FLOW_FROM: values.from,
};
if (values.command !== undefined) env.NX_FLOW_COMMAND = values.command;
if (values.seed !== undefined) env.NX_FLOW_SEED = values.seed;
if (values.verbose) env.NX_FLOW_VERBOSE = '1';
const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
const test = 'packages/flow-core/test/torture/torture.test.ts';
process.exit(
  spawnSync(process.execPath, [jest, test, '--verbose'], { cwd: root, env, stdio: 'inherit' }).status ?? 1,
);
