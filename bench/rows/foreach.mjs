/** `nx-flow run` of a foreach with 10,000 empty tasks, everything recorded. */
import { rmSync } from 'node:fs';
import { alternate, line, median, round, timedNode } from '../lib/measure.mjs';
import { withWorkspace } from '../lib/workspace.mjs';

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

export default {
  name: 'foreach',
  what: '`nx-flow run`, foreach of 10,000 empty tasks, all recorded',
  floor: 'the same rows, one put after another into LevelDB',
  goal: `≤ ${GOAL} ×, ≥ ${GOAL_PACE} tasks/s`,
  // A run takes seconds, and the samples lie close together.
  samples: 5,
  measure: ({ samples, progress }) =>
    withWorkspace(
      {
        'package.json': '{ "name": "bench", "private": true }',
        'wide.flow.ts': FLOW,
        'floor.cjs': FLOOR,
      },
      async (workspace) => {
        const cwd = workspace.folder;
        const inside = [];
        const run = async () => {
          rmSync(workspace.store, { recursive: true, force: true });
          const { ms, stdout } = await timedNode([workspace.command, 'run', 'wide', '--json'], { cwd });
          const { status, tasks, durationMs } = JSON.parse(stdout);
          if (status !== 'done' || tasks.done !== TASKS + 3)
            throw new Error(`The run is not whole: ${stdout}`);
          inside.push(durationMs);
          await workspace.letBrokerGo();
          return ms;
        };
        let rows = 0;
        const puts = (batch) => async () => {
          const to = workspace.path('floor');
          const argv = ['floor.cjs', workspace.path('.flow/db'), to, String(batch)];
          const result = JSON.parse((await timedNode(argv, { cwd })).stdout);
          rmSync(to, { recursive: true });
          rows = result.rows;
          return result.ms;
        };
        await run();
        const taken = await alternate({ samples, warm: 1, floor: puts(1), ours: run, progress });
        const paces = taken.ours.map((ms) => (TASKS / ms) * 1000);
        const pace = median(paces);
        const within = (TASKS / median(inside.slice(-samples))) * 1000;
        const goal = pace >= GOAL_PACE ? 'goal' : pace >= MUST_PACE ? 'must' : 'missed';
        const batched = [];
        for (let i = 0; i < samples; i++) batched.push(await puts(64)());
        const note = `${round(pace)} tasks/s over the whole process (${goal}; goal ≥ ${GOAL_PACE}, must ≥ ${MUST_PACE}), ${round(within)} by the run's own clock; ${rows.toLocaleString('en')} rows; in batches of 64 the floor is ${round(median(batched))} ms`;
        const missed = goal === 'missed' ? `under ${MUST_PACE} tasks/s` : undefined;
        return [line({ what: `${TASKS.toLocaleString('en')} tasks`, taken, goal: GOAL, note, missed })];
      },
    ),
};
