/** A run of 1 GB to a file and out of it: in time, and in memory above a command that only lists runs. */
import { rmSync } from 'node:fs';
import { alternate, line, timedNode } from '../lib/measure.mjs';
import { withWorkspace } from '../lib/workspace.mjs';

const PARTS = 8;
const PART_MB = 125;
const GOAL = 1.5;
/** Memory that a transfer may take beside what the command has anyway, whatever the size. */
const ALLOWED_MB = 200;

const FLOW = `import { flow } from '@nx-flow/core';
const f = flow('big');
const start = f.start(() => ({ ns: [...Array(${PARTS}).keys()] }));
const each = f.foreach('each', { after: start, over: 'ns' }, ({ input }) => ({ part: Buffer.alloc(${PART_MB}e6, input) }));
export default f.end(f.join('all', { after: each }, ({ inputs }) => ({ count: inputs.length })));
`;

/** The command in a process that says what memory it took; or the same bytes read, hashed, written and synced. */
const CHILD = `process.on('exit', () => process.stdout.write('\\n' + process.resourceUsage().maxRSS / 1024));
const [what, ...args] = process.argv.slice(2);
if (what === 'ours') require('@nx-flow/core/cli').main(args).then((code) => process.exit(code));
else {
  const { createHash } = require('node:crypto');
  const { closeSync, fsyncSync, openSync, readSync, writeSync } = require('node:fs');
  const [from, to] = args.map((name, i) => openSync(name, i === 0 ? 'r' : 'w'));
  const hash = createHash('sha256');
  const memory = Buffer.allocUnsafe(1024 * 1024);
  for (let read; (read = readSync(from, memory)) > 0; ) {
    const piece = memory.subarray(0, read);
    hash.update(piece);
    for (let at = 0; at < read; ) at += writeSync(to, piece, at);
  }
  hash.digest();
  fsyncSync(to);
  closeSync(to);
}
`;

export default {
  name: 'transfer',
  what: `a run of ${(PARTS * PART_MB) / 1000} GB`,
  floor: 'read + sha256 + write + fsync of the same bytes, into a new file',
  goal: `≤ ${GOAL} ×, under ${ALLOWED_MB} MB of memory above \`nx-flow runs\``,
  // Each sample writes a gigabyte twice.
  samples: 5,
  measure: ({ samples, progress }) =>
    withWorkspace(
      {
        'package.json': '{ "name": "bench", "private": true, "workspaces": [] }',
        'big.flow.ts': FLOW,
        'child.cjs': CHILD,
      },
      async (workspace) => {
        const peaks = { export: [], import: [] };
        const node = async (...args) => {
          const { ms, stdout } = await timedNode(['child.cjs', ...args], { cwd: workspace.folder });
          return { ms, peak: Number(stdout.split('\n').at(-1)) };
        };
        progress('the run');
        await node('ours', 'run', 'big', '--max-workers=2');
        await node('ours', 'export', 'big', '1', 'big.nxflow');
        const { peak: before } = await node('ours', 'runs', 'big');
        const commands = {
          export: ['export', 'big', '1', 'again.nxflow'],
          import: ['import', 'big.nxflow', '--store=other'],
        };
        // New blocks cost a disk several times what overwriting does: whoever is timed writes new files.
        const clear = () => {
          for (const made of ['copy', 'again.nxflow', 'other'])
            rmSync(workspace.path(made), { recursive: true, force: true });
        };
        const lines = [];
        for (const [what, command] of Object.entries(commands)) {
          progress(what);
          const taken = await alternate({
            samples,
            warm: 1,
            progress,
            floor: async () => {
              clear();
              return (await node('floor', 'big.nxflow', 'copy')).ms;
            },
            ours: async () => {
              clear();
              const { ms, peak } = await node('ours', ...command);
              peaks[what].push(peak - before);
              return ms;
            },
          });
          lines.push(line({ what, taken, goal: GOAL }));
        }
        for (const [what, taken] of Object.entries(peaks)) {
          const ours = taken.slice(-samples);
          lines.push(
            line({
              what: `${what}: memory above that of \`nx-flow runs\` (${Math.round(before)} MB)`,
              taken: { floor: ours.map(() => ALLOWED_MB), ours },
              goal: 1,
              unit: 'MB',
            }),
          );
        }
        return lines;
      },
    ),
};
