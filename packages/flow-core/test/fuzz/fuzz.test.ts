/**
 * Some random inputs at each door, others each time, after those that once found a defect. They are given in a process of their
 * own, which `npm run fuzz -- --door=frames --inputs=100000 --seed=7` starts for many.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const SCRIPT = join(__dirname, '..', '..', '..', '..', 'scripts', 'fuzz.mjs');

const DOORS = [
  'frames',
  'imports',
  'imports-signed',
  'handovers',
  'values',
  'pathspecs',
  'sources',
  'commands',
];

/** For each door, in milliseconds. */
const SLICE_MS = 400;

test('no door lets anything through that is not refused with a code', () => {
  const seed = process.env.NX_FLOW_SEED;
  const args = [SCRIPT, `--ms=${SLICE_MS}`, ...DOORS.map((door) => `--door=${door}`)];
  if (seed !== undefined) args.push(`--seed=${seed}`);
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect(`${stdout}${stderr}`).not.toMatch(/[1-9]\d* kinds of failures/);
  expect([status, stderr]).toEqual([0, '']);
}, 120_000);
