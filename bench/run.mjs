/** `npm run bench`: measures rows against their floors, or with `--against=<commit>` against that commit, and prints one table. */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { build, findCommit, withCommit, withWorkingTree } from './lib/build.mjs';
import { againstCommit, againstFloor } from './lib/measure.mjs';
import { parseOptions, UsageError } from './lib/options.mjs';
import results from './lib/results.cjs';
import { loadRows } from './lib/rows.mjs';
import { plain, plainComparison } from './lib/table.mjs';

const { otherMachine, withLines } = results;
const RESULTS = new URL('RESULTS.md', import.meta.url);
// Brokers that this process starts leave with their last client.
process.env.CI = '1';
try {
  const all = await loadRows();
  const options = parseOptions(process.argv.slice(2), all);
  process.exit(await (options.against === undefined ? floors({ ...options, all }) : commits(options)));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(2);
}

function namesOf(rows) {
  return rows.map(({ name }) => name);
}

/** What rows are measured on, and when; the names of all that there are. */
function here(all) {
  const { length, 0: core } = cpus();
  return {
    machine: `Node ${process.version}, ${length} cores, ${core.model.trim()}`,
    day: new Date().toISOString().slice(0, 10),
    order: namesOf(all),
  };
}

/** Gives the exit code. */
async function floors({ rows, all, write, samples }) {
  const wrong = write && otherMachine(readFileSync(RESULTS, 'utf8'), namesOf(rows), here(all));
  if (wrong) throw new UsageError(wrong);
  const lines = await withWorkingTree(async (ours) => {
    const lines = [];
    for (const row of rows) {
      // Less than 20 only where a row says why.
      const taken = samples ?? row.samples ?? 20;
      const measured = await shown(row, taken, (progress) =>
        againstFloor(row, ours, { samples: taken, progress }),
      );
      if (!write) process.stdout.write(`${plain(measured)}\n`);
      lines.push(...measured);
    }
    return lines;
  });
  if (write) {
    writeFileSync(RESULTS, withLines(readFileSync(RESULTS, 'utf8'), lines, here(all)));
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
