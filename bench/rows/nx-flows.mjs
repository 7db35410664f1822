/** What 200 flows add to a command that is not about them: to `nx show projects`, and to a cached target that does nothing. */
import { readFileSync } from 'node:fs';
import { json, MODES, withNx } from '../lib/nx.mjs';
import statistics from '../lib/statistics.cjs';

const { median } = statistics;

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

/** Nx ends the process of an isolated plugin after each command and starts it for the next, whatever its hooks do. */
const IDLE = `module.exports = {
  name: 'idle',
  createNodes: ['idle/none.json', () => []],
  preTasksExecution: async () => {},
  postTasksExecution: async () => {},
};
`;
const nxJson = (...plugins) => json({ analytics: false, neverConnectToCloud: true, plugins });

export default {
  name: 'nx-flows',
  what: `${FLOWS} flows, of 7 steps each, in the workspace`,
  floor: 'the same projects and targets, written out, and a plugin whose hooks do nothing',
  open(build, use, { compared = false } = {}) {
    return withNx(build, FILES, (ours, nxOurs) => {
      const cases = (nxFloor) =>
        Object.entries(MODES).flatMap(([mode, env]) =>
          Object.entries(COMMANDS).map(([what, argv]) => ({
            what: `${what}, ${mode}`,
            floor: () => nxFloor(env, ...argv),
            ours: () => nxOurs(env, ...argv),
            figures: [{ of: 'ms', most: MOST }],
          })),
        );
      if (compared) return use(cases());
      return withNx(build, FILES, (idle, nxIdle) =>
        withNx(build, FILES, async (none, nxNone) => {
          await writeOut(ours, nxOurs, [idle, none]);
          idle.write('idle/index.js', IDLE);
          idle.write('nx.json', nxJson('./idle/index.js'));
          none.write('nx.json', nxJson());
          return use([...cases(nxIdle), nxItself(nxNone, nxIdle)]);
        }),
      );
    });
  },
};

/** What of it is Nx's own: it says nothing about us. */
function nxItself(nxNone, nxIdle) {
  const argv = [MODES['warm daemon'], ...COMMANDS['a cached no-op']];
  return {
    what: 'a cached no-op, warm daemon: the plugin whose hooks do nothing, against none',
    floor: () => nxNone(...argv),
    ours: () => nxIdle(...argv),
    figures: [
      {
        of: 'ms',
        note: ({ floor, ours }) => `Nx’s own ${Math.round(median(ours) - median(floor))} ms`,
      },
    ],
  };
}

/** What the plugin infers, as project.json files of workspaces that do without it. */
async function writeOut(ours, nx, others) {
  await nx(MODES['no daemon, plugins not isolated'], 'graph', '--file=graph.json');
  const { graph } = JSON.parse(readFileSync(ours.path('graph.json'), 'utf8'));
  for (const name of names) {
    const targets = Object.entries(graph.nodes[name].data.targets).map(([target, config]) => [
      target,
      { ...config, executor: './noop:noop', options: {} },
    ]);
    for (const other of others)
      other.write(`${name}/project.json`, json({ name, targets: Object.fromEntries(targets) }));
  }
}
