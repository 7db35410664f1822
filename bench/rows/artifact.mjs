/** An artifact of 100 MB: saved and loaded, in time and in memory. */
import { rmSync } from 'node:fs';
import { timedNode } from '../lib/node.mjs';
import { PEAK, PROGRAM } from '../lib/peak.mjs';
import { withWorkspace } from '../lib/workspace.mjs';

const MB = 100;
const GOAL = 1.2;

/**
 * A process that holds one value, and does what it is told: `save` and `load`, through the store or straight.
 * Prints the milliseconds, and by how many MB the peak of its own memory lies above what it had before.
 */
const CHILD = `${PEAK}${PROGRAM}const { createHash, randomFillSync } = require('node:crypto');
const { closeSync, fsyncSync, openSync, readFileSync, writeFileSync, writeSync } = require('node:fs');
const { join } = require('node:path');
const { FileCas, decodeArtifact, encodeArtifact } = require('@nx-flow/core/store');

const [what, who, folder] = process.argv.slice(2);
const BYTES = ${MB} * 1e6;
const record = join(folder, 'record.json');
const file = join(folder, 'straight');

function made() {
  const value = new Float64Array(BYTES / 8);
  for (let i = 0; i < value.length; i++) value[i] = i * 1.000001;
  return value;
}
const bytesOf = (value) => new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
const work = {
  save: {
    async ours(value) {
      writeFileSync(record, JSON.stringify(await encodeArtifact('value', value, new FileCas(join(folder, 'cas')))));
    },
    straight(value) {
      const fd = openSync(file, 'w');
      const bytes = bytesOf(value);
      for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
      fsyncSync(fd);
      closeSync(fd);
      return createHash('sha256').update(bytes).digest('hex');
    },
  },
  load: {
    ours: () => decodeArtifact(JSON.parse(readFileSync(record, 'utf8')), new FileCas(join(folder, 'cas'))),
    straight() {
      const bytes = readFileSync(file);
      createHash('sha256').update(bytes).digest('hex');
      return bytes;
    },
  },
};

async function main() {
  const value = what === 'save' ? made() : undefined;
  // Both ways find their code loaded.
  await encodeArtifact('small', new Uint8Array(8), new FileCas(join(folder, 'cas')));
  createHash('sha256').update('warm').digest('hex');
  global.gc();
  const before = process.memoryUsage().rss / 1e6 - program();
  const begun = process.hrtime.bigint();
  const result = await work[what][who](value);
  const ms = Number(process.hrtime.bigint() - begun) / 1e6;
  const above = peak() - program() - before;
  if (what === 'load' && result.byteLength !== BYTES) throw new Error('not the whole value');
  process.stdout.write(JSON.stringify({ ms, above }));
}
main();
`;

export default {
  name: 'artifact',
  what: `artifact of ${MB} MB (Float64Array)`,
  floor: 'write + fsync + sha256, read + sha256, of the same bytes',
  open: (build, use) =>
    withWorkspace(
      build,
      { 'package.json': '{ "name": "bench", "private": true }', 'child.cjs': CHILD, 'values/.keep': '' },
      async (workspace) => {
        const ask = async (what, who) => {
          const folder = workspace.path('values');
          // Saving what is there already would spare the renaming.
          if (what === 'save')
            rmSync(workspace.path(who === 'ours' ? 'values/cas' : 'values/straight'), {
              recursive: true,
              force: true,
            });
          const argv = ['--expose-gc', 'child.cjs', what, who, folder];
          const { stdout } = await timedNode(argv, { cwd: workspace.folder });
          const { ms, above } = JSON.parse(stdout);
          // Saving holds the value itself too; loading makes it.
          return { ms, mb: above + (what === 'save' ? MB : 0) };
        };
        return use(
          ['save', 'load'].map((what) => ({
            what,
            floor: () => ask(what, 'straight'),
            ours: () => ask(what, 'ours'),
            figures: [
              { of: 'ms', goal: GOAL },
              {
                of: 'mb',
                what: 'peak of memory against the size of the value',
                unit: 'MB',
                floor: MB,
                goal: GOAL,
              },
            ],
          })),
        );
      },
    ),
};
