/** nx-flow runs: the runs of a flow, newest first. */
import { FlowError } from '../../definition/errors';
import { inNamespace } from '../../engine/record/find-run';
import type { RunRow, RunStatus } from '../../store/rows/rows';
import type { Command, Context } from '../command';
import { SPIN_STORE } from '../options';
import { type Recorded, reading } from '../reading';
import { statusText } from '../render/status';
import { ago, duration, table } from '../render/table';

const DEFAULT_LIMIT = 20;
const STATUSES: readonly RunStatus[] = ['running', 'done', 'failed', 'stopped', 'killed'];

export const command: Command = {
  spec: {
    name: 'runs',
    help: 'List the runs of a flow, newest first',
    positionals: ['<flow>'],
    options: {
      ...SPIN_STORE,
      tag: { type: 'string', many: true, value: 'tag', help: 'Only runs that have this tag; all of several' },
      status: { type: 'string', value: 'status', help: `Only such runs: ${STATUSES.join(', ')}` },
      user: { type: 'string', value: 'name', help: 'Only runs of this user' },
      limit: { type: 'number', help: `At most so many; default ${DEFAULT_LIMIT}` },
    },
    families: [],
    examples: [
      'nx-flow runs movies',
      'nx-flow runs movies --tag=exp1 --status=done',
      'nx-flow runs movies --namespace=everybody --user=mia --limit=100',
    ],
  },

  execute(context) {
    const wanted = filterOf(context);
    return reading(context, 0, async (recorded) => {
      const { output, options } = context;
      const { flow, store, namespace } = recorded;
      const limit = (options.limit as number | undefined) ?? DEFAULT_LIMIT;
      const rows: RunRow[] = [];
      for await (const row of store.tagged(flow, { namespace, tags: tagsOf(context) })) {
        if (wanted(row) && rows.push(row) === limit) break;
      }
      output.write(rows.length > 0 ? render(rows, output) : await none(recorded, context));
      output.result({
        flow,
        runs: rows.map((row) => ({
          pathspec: `${flow}/${row.run}`,
          status: row.status,
          startedAt: row.startedAt,
          durationMs: row.durationMs,
          tasks: row.tasks,
          user: row.user,
          namespace: row.namespace,
          tags: row.tags,
          params: row.paramInputs,
          ...(row.spunFrom ? { spunFrom: row.spunFrom } : {}),
        })),
      });
    });
  },
};

/** @throws FlowError FLOW_OPTION */
function filterOf({ options }: Context): (row: RunRow) => boolean {
  const { status, user } = options;
  if (status !== undefined && !STATUSES.includes(status as RunStatus)) {
    throw new FlowError('FLOW_OPTION', `--status takes one of ${STATUSES.join(', ')}, not "${status}".`);
  }
  return (row) =>
    (status === undefined || row.status === status) && (user === undefined || row.user === user);
}

const tagsOf = ({ options }: Context) => options.tag as string[] | undefined;

async function none({ flow, store, namespace }: Recorded, { options }: Context): Promise<string> {
  const { tag, status, user } = options;
  if (tag === undefined && status === undefined && user === undefined) {
    const { yet, others } = await inNamespace(store, flow, namespace);
    return `${flow} has no runs${yet}: nx-flow run ${flow}${others}\n`;
  }
  return `${flow} has no such runs${namespace === undefined ? '' : ` in the namespace ${namespace}`}.\n`;
}

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
    ...(row.spunFrom ? [`${row.spunFrom.step} on ${row.spunFrom.origin ?? 'given inputs'}`] : []),
    Object.entries(row.paramInputs)
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
      ...(rows[0]?.spunFrom ? [{ head: 'Spin of' }] : []),
      { head: 'Parameters', shrink: true },
    ],
    cells,
    output.columns,
    output.colors.dim,
  );
}
