/** nx-flow runs: the runs of a flow, newest first. */
import type { RunRow } from '../../store/rows';
import type { Command } from '..';
import { findPlaceFile, flowName, namespaceOf, noMoreThan, openPlaceStore, placeOf } from '../context';
import { statusText } from '../render/status';
import { ago, duration, table } from '../render/table';

const DEFAULT_LIMIT = 20;

export const command: Command = {
  spec: {
    name: 'runs',
    help: 'List the runs of a flow, newest first',
    positionals: ['<flow>'],
    options: {
      limit: { type: 'number', help: `At most so many; default ${DEFAULT_LIMIT}` },
      all: { type: 'boolean', help: 'The runs of every namespace' },
    },
    families: [],
    examples: ['nx-flow runs movies', 'nx-flow runs movies --all --limit=100'],
  },

  async execute(context) {
    noMoreThan(context, 1);
    const { output, options } = context;
    const place = placeOf(context);
    const store = await openPlaceStore(place, context);
    try {
      const flow = await flowName(place, context);
      const limit = (options.limit as number | undefined) ?? DEFAULT_LIMIT;
      const namespace = options.all === true ? undefined : namespaceOf(context);
      const rows: RunRow[] = [];
      for await (const row of store.runs(flow, namespace)) {
        rows.push(row);
        if (rows.length === limit) break;
      }
      if (rows.length === 0) {
        // A name that is neither recorded nor a flow of the workspace is a mistake.
        if (!(await store.flows()).includes(flow)) await findPlaceFile(place, context);
        output.write(
          `${flow} has no runs${namespace === undefined ? '' : ` in the namespace ${namespace}`} yet: nx-flow run ${flow}\n`,
        );
      } else output.write(render(rows, output));
      output.result({
        flow,
        runs: rows.map(({ run, status, startedAt, durationMs, tasks, user, tags, given }) => ({
          pathspec: `${flow}/${run}`,
          status,
          startedAt,
          durationMs,
          tasks,
          user,
          tags,
          params: given,
        })),
      });
      return 0;
    } finally {
      await store.close();
    }
  },
};

function render(rows: RunRow[], output: Parameters<typeof statusText>[1]): string {
  const now = Date.now();
  const cells = rows.map((row) => [
    `${row.flow}/${row.run}`,
    statusText(row, output),
    ago(row.startedAt, now),
    row.durationMs === undefined ? '' : duration(row.durationMs),
    row.tasks ? `${row.tasks.done}${row.tasks.failed > 0 ? ` + ${row.tasks.failed} failed` : ''}` : '',
    row.user,
    row.tags.join(' '),
    Object.entries(row.given)
      .map(([k, v]) => `${k}=${v}`)
      .join(' '),
  ]);
  return table(
    [
      { head: 'Run' },
      { head: 'Status' },
      { head: 'Started' },
      { head: 'Time', align: 'right' },
      { head: 'Tasks' },
      { head: 'User' },
      { head: 'Tags' },
      { head: 'Parameters', shrink: true },
    ],
    cells,
    output.columns,
    output.colors.dim,
  );
}
