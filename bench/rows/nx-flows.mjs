/** What 200 flows add to a command that is not about them: to `nx show projects`, and to a cached target that does nothing. */
import { readFileSync } from 'node:fs';
import { alternate, line, median } from '../lib/measure.mjs';
import { json, MODES, withNx } from '../lib/nx.mjs';

const FLOWS = 200;
/** Milliseconds that they may add. */
const MOST = 100;

const flow = (name) => `import { flow } from '@nx-flow/core';
import { z } from 'zod';
import { lib } from './lib';

const f = flow('${name}', { params: { by: z.coerce.number().default(1) } });
export const start = f.start(({ params }) => ({ rows: [1, 2, 3], by: params.by }));
export const left = f.step('left', { after: start }, ({ self }) => ({ l: lib(self.by) }));
export const right = f.step('right', { after: start }, ({ self }) => ({ r: self.by }));
export const both = f.gather('both', { after: { left, right } }, ({ inputs }) => ({ rows: inputs.left.rows }));
export const each = f.foreach('each', { after: both, over: 'rows' }, ({ input }) => ({ twice: input * 2 }));
export const all = f.join('all', { after: each }, ({ inputs }) => ({ twice: inputs.map((i) => i.twice) }));
export default f.end(all);
`;
const names = Array.from({ length: FLOWS }, (_, i) => `flow${i}`);

const FILES = {
  'noop/project.json': json({ name: 'noop', targets: { noop: { executor: './noop:noop', cache: true } } }),
  ...Object.fromEntries(
    names.flatMap((name) => [
      [`${name}/${name}.flow.ts`, flow(name)],
      [`${name}/lib.ts`, 'export const lib = (n: number) => n + 1;\n'],
    ]),
  ),
};

const COMMANDS = { 'show projects': ['show', 'projects'], 'a cached no-op': ['run', 'noop:noop'] };

export default {
  name: 'nx-flows',
  what: `${FLOWS} flows, of 8 steps each, in the workspace`,
  floor: 'the same projects and targets, written out, without the plugin',
  goal: `+ ≤ ${MOST} ms`,
  measure: ({ samples, progress }) =>
    withNx(FILES, (ours, nxOurs) =>
      withNx(FILES, async (floor, nxFloor) => {
        await writeOut(ours, nxOurs, floor);
        const lines = [];
        for (const [mode, env] of Object.entries(MODES)) {
          for (const [what, argv] of Object.entries(COMMANDS)) {
            progress(`${what}, ${mode}`);
            const taken = await alternate({
              samples,
              floor: () => nxFloor(env, ...argv),
              ours: () => nxOurs(env, ...argv),
              progress,
            });
            const added = median(taken.ours) - median(taken.floor);
            lines.push(
              line({
                what: `${what}, ${mode}`,
                taken,
                goal: Number.POSITIVE_INFINITY,
                note: `${added < 0 ? '−' : '+'} ${Math.abs(Math.round(added))} ms (goal ≤ ${MOST})`,
                ...(added > MOST ? { missed: `${Math.round(added)} ms` } : {}),
              }),
            );
          }
        }
        return lines;
      }),
    ),
};

/** What the plugin infers, as project.json files of a workspace that does without it. */
async function writeOut(ours, nx, floor) {
  await nx(MODES['no daemon, plugins not isolated'], 'graph', '--file=graph.json');
  const { graph } = JSON.parse(readFileSync(ours.path('graph.json'), 'utf8'));
  for (const name of names) {
    const targets = Object.entries(graph.nodes[name].data.targets).map(([target, config]) => [
      target,
      { ...config, executor: './noop:noop', options: {} },
    ]);
    floor.write(`${name}/project.json`, json({ name, targets: Object.fromEntries(targets) }));
  }
  floor.write('nx.json', json({ analytics: false, neverConnectToCloud: true }));
}
