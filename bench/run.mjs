/** `npm run bench`: measures rows against their floors, or with `--against=<commit>` against that commit, and prints one table. */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { build, findCommit, withCommit, withWorkingTree } from './lib/build.mjs';
import { againstCommit, againstFloor } from './lib/measure.mjs';
import { parseOptions, UsageError } from './lib/options.mjs';
import { loadRows } from './lib/rows.mjs';
import { markdown, plain, plainComparison } from './lib/table.mjs';

// Brokers that this process starts leave with their last client.
process.env.CI = '1';
try {
  const options = parseOptions(process.argv.slice(2), await loadRows());
  process.exit(await (options.against === undefined ? floors(options) : commits(options)));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(2);
}

/** Gives the exit code. */
async function floors({ rows, write, samples }) {
  const lines = await withWorkingTree(async (ours) => {
    const all = [];
    for (const row of rows) {
      // Less than 20 only where a row says why.
      const taken = samples ?? row.samples ?? 20;
      const measured = await shown(row, taken, (progress) =>
        againstFloor(row, ours, { samples: taken, progress }),
      );
      if (!write) process.stdout.write(`${plain(measured)}\n`);
      all.push(...measured);
    }
    return all;
  });
  if (write) {
    const { model } = cpus()[0];
    const machine = `${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${cpus().length} cores, ${model.trim()}`;
    const file = new URL('RESULTS.md', import.meta.url);
    // What was measured by other commands stays.
    const [, ...others] = readFileSync(file, 'utf8').split(/^(?=## )/m);
    writeFileSync(file, [markdown(lines, machine), ...others].join('\n'));
    process.stdout.write(`${plain(lines)}\n`);
  }
  return 0;
}

/** Gives the exit code: 1 where a row is slower, or takes more memory. */
async function commits({ rows, against, pairs }) {
  const commit = await findCommit(against);
  if (commit === undefined)
    throw new UsageError(`--against takes a commit of this repository, and "${against}" is none.`);
  process.stderr.write(`Building the working tree, and ${against} (${commit.slice(0, 7)}) …\n`);
  await build();
  const lines = await withWorkingTree((ours) =>
    withCommit(commit, async (base) => {
      const all = [];
      for (const row of rows) {
        const measured = await shown(row, pairs, (progress) =>
          againstCommit(row, { base, ours }, { pairs, progress }),
        );
        process.stdout.write(`${plainComparison(measured, against)}\n`);
        all.push(...measured);
      }
      return all;
    }),
  );
  const worse = lines.filter((line) => line.worse);
  for (const { row, what, ratio, interval, verdict } of worse)
    process.stdout.write(`${row.name}: ${what}: ${verdict}, ${ratio} (95 %: ${interval})\n`);
  if (worse.length === 0) process.stdout.write(`No row is slower or larger than at ${against}.\n`);
  return worse.length > 0 ? 1 : 0;
}

/** The lines of a row, with a line on the terminal that says how far it is. */
async function shown(row, of, measure) {
  const { isTTY } = process.stderr;
  let part = '';
  const lines = await measure((news) => {
    if (typeof news === 'string') part = news;
    else if (isTTY) process.stderr.write(`\r\x1b[K${row.name}: ${part} ${news}/${of}`);
  });
  if (isTTY) process.stderr.write('\r\x1b[K');
  return lines.map((line) => ({ row, ...line }));
}
