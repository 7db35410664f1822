/** A run of 1 GB to a file and out of it: in time, and in memory above a command that only lists runs. */
import { rmSync } from 'node:fs';
import { timedNode } from '../lib/node.mjs';
import { PEAK } from '../lib/peak.mjs';
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
const CHILD = `${PEAK}process.on('exit', () => process.stdout.write('\\n' + peak()));
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

const FILES = {
  'package.json': '{ "name": "bench", "private": true, "workspaces": [] }',
  'big.flow.ts': FLOW,
  'child.cjs': CHILD,
};
const COMMANDS = {
  export: ['export', 'big', '1', 'again.nxflow'],
  import: ['import', 'big.nxflow', '--store=other'],
};

export default {
  name: 'transfer',
  what: `a run of ${(PARTS * PART_MB) / 1000} GB`,
  floor: 'read + sha256 + write + fsync of the same bytes, into a new file',
  // Each sample writes a gigabyte twice.
  samples: 5,
  open: (build, use) =>
    withWorkspace(build, FILES, async (workspace) => {
      const node = async (...args) => {
        const { ms, stdout } = await timedNode(['child.cjs', ...args], { cwd: workspace.folder });
        return { ms, mb: Number(stdout.split('\n').at(-1)) };
      };
      await node('ours', 'run', 'big', '--max-workers=2');
      await node('ours', 'export', 'big', '1', 'big.nxflow');
      const { mb: before } = await node('ours', 'runs', 'big');
      // New blocks cost a disk several times what overwriting does: each sample writes new files.
      const clear = () => {
        for (const made of ['copy', 'again.nxflow', 'other'])
          rmSync(workspace.path(made), { recursive: true, force: true });
      };
      return use(
        Object.entries(COMMANDS).map(([what, command]) => ({
          what,
          warm: 1,
          floor: () => {
            clear();
            return node('floor', 'big.nxflow', 'copy');
          },
          ours: async () => {
            clear();
            const { ms, mb } = await node('ours', ...command);
            return { ms, mb, above: mb - before };
          },
          figures: [
            { of: 'ms', goal: GOAL },
            {
              of: 'above',
              what: `memory above that of \`nx-flow runs\` (${Math.round(before)} MB)`,
              unit: 'MB',
              floor: ALLOWED_MB,
              goal: 1,
              floorOnly: true,
            },
            // Two commits are compared by the whole of it: what lies above is a small difference of two figures.
            { of: 'mb', what: 'peak of memory', unit: 'MB', commitOnly: true },
          ],
        })),
      );
    }),
};
