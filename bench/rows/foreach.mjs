/** `nx-flow run` of a foreach with 10,000 empty tasks, everything recorded. */
import { rmSync } from 'node:fs';
import { round } from '../lib/measure.mjs';
import { timedNode } from '../lib/node.mjs';
import statistics from '../lib/statistics.cjs';
import { withWorkspace } from '../lib/workspace.mjs';

const { median } = statistics;

const TASKS = 10_000;
const GOAL = 10;
/** Tasks in a second, on 2 cores. */
const GOAL_PACE = 2000;
const MUST_PACE = 1000;

const FLOW = `import { flow } from '@nx-flow/core';

const f = flow('wide');
const start = f.start(() => ({ items: Array.from({ length: ${TASKS} }, (_, i) => i) }));
const each = f.foreach('each', { after: start, over: 'items' }, () => ({}));
const all = f.join('all', { after: each }, () => ({}));
export default f.end(all);
`;

/** Reads a finished store, and writes its rows into a new LevelDB: one put after another, or in batches. Prints milliseconds. */
const FLOOR = `const { Level } = require('level');
const open = async (folder) => {
  const db = new Level(folder, { keyEncoding: 'utf8', valueEncoding: 'view' });
  await db.open();
  return db;
};
async function main([from, to, batch]) {
  const source = await open(from);
  const rows = await source.iterator().all();
  await source.close();
  const begun = process.hrtime.bigint();
  const db = await open(to);
  if (batch === '1') {
    for (const [key, value] of rows) await db.put(key, value);
  } else {
    for (let at = 0; at < rows.length; at += Number(batch)) {
      const group = rows.slice(at, at + Number(batch));
      await db.batch(group.map(([key, value]) => ({ type: 'put', key, value })));
    }
  }
  await db.close();
  const ms = Number(process.hrtime.bigint() - begun) / 1e6;
  process.stdout.write(JSON.stringify({ ms, rows: rows.length }));
}
main(process.argv.slice(2));
`;

const FILES = {
  'package.json': '{ "name": "bench", "private": true }',
  'wide.flow.ts': FLOW,
  'floor.cjs': FLOOR,
};

/** What a number of milliseconds is as a pace. */
const pace = (milliseconds) => (TASKS / median(milliseconds)) * 1000;
const verdict = (found) => (found >= GOAL_PACE ? 'goal' : found >= MUST_PACE ? 'must' : 'missed');

export default {
  name: 'foreach',
  what: '`nx-flow run`, foreach of 10,000 empty tasks, all recorded',
  floor: 'the same rows, one put after another into LevelDB',
  // A run takes seconds, and the samples lie close together.
  samples: 5,
  open: (build, use) =>
    withWorkspace(build, FILES, async (workspace) => {
      const run = async () => {
        await workspace.dropStore();
        const { ms, stdout } = await workspace.nxFlow('run', 'wide', '--json');
        const { status, tasks, durationMs } = JSON.parse(stdout);
        if (status !== 'done' || tasks.done !== TASKS + 3) throw new Error(`The run is not whole: ${stdout}`);
        await workspace.letBrokerGo();
        return { ms, inside: durationMs };
      };
      /** Puts the rows of the last run. */
      const put = async (batch) => {
        const to = workspace.path('floor');
        const argv = ['floor.cjs', workspace.path('.flow/db'), to, String(batch)];
        const { stdout } = await timedNode(argv, { cwd: workspace.folder });
        rmSync(to, { recursive: true });
        return JSON.parse(stdout);
      };
      const note = async ({ ours }, samples) => {
        const batched = [];
        for (const _ of samples) batched.push(await put(64));
        const whole = pace(ours);
        const within = pace(samples.map(({ inside }) => inside));
        const rows = batched[0].rows.toLocaleString('en');
        return `${round(whole)} tasks/s over the whole process (${verdict(whole)}; goal ≥ ${GOAL_PACE}, must ≥ ${MUST_PACE}), ${round(within)} by the run's own clock; ${rows} rows; in batches of 64 the floor is ${round(median(batched.map(({ ms }) => ms)))} ms`;
      };
      const missed = ({ ours }) => (pace(ours) < MUST_PACE ? `under ${MUST_PACE} tasks/s` : undefined);
      await run();
      return use([
        {
          what: `${TASKS.toLocaleString('en')} tasks`,
          warm: 1,
          floor: () => put(1),
          ours: run,
          figures: [{ of: 'ms', goal: GOAL, note, missed }],
        },
      ]);
    }),
};
