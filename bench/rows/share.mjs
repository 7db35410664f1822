/** A foreach whose 16 splits, on two workers, read the same 300,000 objects: shared, against what two splits decode and do. */
import { timedNode } from '../lib/node.mjs';
import { withWorkspace } from '../lib/workspace.mjs';

const OBJECTS = 300_000;
const SPLITS = 16;
const WORKERS = 2;
const GOAL = 1.3;

/** Splits of the floor do together what those of ours do. */
const FLOW = `import { flow } from '@nx-flow/core';

interface Film { id: number; title: string; year: number; genres: string[]; rating: { votes: number; mean: number } }
const f = flow('films');
const start = f.start(() => ({
  films: Array.from({ length: ${OBJECTS} }, (_, id): Film => ({
    id, title: \`Film \${id}\`, year: 1900 + (id % 120), genres: ['drama', 'comedy'].slice(id % 2), rating: { votes: id, mean: id / 7 },
  })),
  many: Array.from({ length: ${SPLITS} }, (_, i) => i),
  few: Array.from({ length: ${WORKERS} }, (_, i) => i),
}));
const work = (films: readonly Film[], year: number) => {
  const found = films.filter((film) => film.year % ${SPLITS} === year && film.genres.includes('comedy'));
  return found.reduce((sum, { title, rating }) => sum + title.length + rating.mean, 0);
};
const shared = f.foreach('shared', { after: start, over: 'many', share: ['films'] }, ({ self, input }) => ({
  sum: work(self.films, input),
}));
const own = f.foreach('own', { after: start, over: 'few' }, ({ self, input }) => {
  let sum = 0;
  for (let i = 0; i < ${SPLITS / WORKERS}; i++) sum += work(self.films, input * ${SPLITS / WORKERS} + i);
  return { sum };
});
const sums = f.join('sums', { after: shared }, ({ inputs }) => ({ sum: inputs.reduce((all, { sum }) => all + sum, 0) }));
const floor = f.join('floor', { after: own }, ({ inputs }) => ({ sum: inputs.reduce((all, { sum }) => all + sum, 0) }));
export default f.end(f.gather('both', { after: { sums, floor } }, ({ inputs }) => ({ same: inputs.sums.sum - inputs.floor.sum })));
`;

export default {
  name: 'share',
  what: `foreach of ${SPLITS} splits that share ${OBJECTS.toLocaleString('en')} objects, on ${WORKERS} workers`,
  floor: `${WORKERS} splits that decode them and do the same work`,
  // Each sample takes seconds.
  samples: 8,
  open: (build, use) =>
    withWorkspace(
      build,
      { 'package.json': '{ "name": "bench", "private": true }', 'films.flow.ts': FLOW },
      async (workspace) => {
        const nxFlow = (...argv) => timedNode([workspace.command, ...argv], { cwd: workspace.folder });
        await nxFlow('run', 'films', '--until=start');
        /** Milliseconds from the first start of a step's tasks to the last end, by the run's own clock. */
        const span = async (step) => {
          const done = await nxFlow(
            ...['resume', 'films', '--origin=1', `--until=${step}`, `--max-workers=${WORKERS}`, '--json'],
          );
          const { pathspec } = JSON.parse(done.stdout);
          const shown = await nxFlow('show', 'films', `${pathspec.split('/')[1]}/${step}`, '--json');
          const { tasks } = JSON.parse(shown.stdout);
          const begun = Math.min(...tasks.map(({ startedAt }) => startedAt));
          const ended = Math.max(...tasks.map(({ startedAt, durationMs }) => startedAt + durationMs));
          return { ms: ended - begun };
        };
        return use([
          {
            what: `foreach of ${SPLITS} splits that share ${OBJECTS.toLocaleString('en')} objects, ${WORKERS} workers`,
            warm: 1,
            floor: () => span('own'),
            ours: () => span('shared'),
            figures: [{ of: 'ms', unit: 'ms', goal: GOAL }],
          },
        ]);
      },
    ),
};
