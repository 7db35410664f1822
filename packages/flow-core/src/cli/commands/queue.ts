/** nx-flow queue: who works at the queues, for whom, and how much waits. */
import { noMoreThan, placeHere } from '../arguments';
import type { Command, Context } from '../command';
import { QUEUE } from '../options';
import type { Overview } from '../queue-package';
import { duration, plural, table } from '../render/table';

export const command: Command = {
  spec: {
    name: 'queue',
    help: 'Say who works at the queues, for which runs, and how much waits',
    positionals: [],
    options: {
      ...QUEUE,
      migrate: { type: 'boolean', help: 'Make the tables of a PostgreSQL queue, or bring them up to date' },
    },
    families: [],
    examples: [
      'nx-flow queue',
      'nx-flow queue --json',
      'nx-flow queue --queue=postgres://db.internal/queue --migrate',
    ],
  },

  async execute(context) {
    noMoreThan(context, 0);
    const { options, output } = context;
    const { queuePackage, queueUrl } = await import('../queue-package');
    const { migrateQueue, queueOverview, shownUrl } = queuePackage(placeHere(context).workspace);
    const url = queueUrl(options);
    if (options.migrate === true) {
      await migrateQueue(url);
      output.write(`${shownUrl(url as string)} is ready.\n`);
      output.result({ url: shownUrl(url as string), migrated: true });
      return 0;
    }
    const overview = await queueOverview(url);
    render(context, overview);
    output.result(overview);
    return 0;
  },
};

function render({ output }: Context, { url, workers, queues, runs, abandoned }: Overview): void {
  const { bold, dim } = output.colors;
  const now = Date.now();
  const right = (head: string) => ({ head, align: 'right' as const });
  const show = (head: string, columns: Parameters<typeof table>[0], rows: string[][]) => {
    if (rows.length > 0) output.write(`\n${head}\n${table(columns, rows, output.columns, dim)}`);
  };
  output.write(
    `${bold(url)}  ${dim(`${plural(workers.length, 'worker')}, ${plural(runs.length, 'run')}`)}\n`,
  );
  show(
    'Queues',
    [{ head: 'Queue' }, right('Waiting'), right('Active'), right('Workers'), right('Slots')],
    queues.map((one) => [one.queue, ...[one.waiting, one.active, one.workers, one.slots].map(String)]),
  );
  show(
    'Workers',
    [
      { head: 'Worker' },
      { head: 'Queues', shrink: true },
      right('Slots'),
      { head: 'Resources', shrink: true },
      { head: 'At', shrink: true },
      right('Since'),
    ],
    workers.map((one) => [
      one.id,
      one.queues.join(', '),
      String(one.slots),
      Object.entries(one.resources)
        .map(([name, amount]) => `${name}=${amount}`)
        .join(', '),
      one.isDraining
        ? 'leaving'
        : one.running.map(({ flow, run, step }) => `${flow}/${run}/${step}`).join(', '),
      duration(now - one.since),
    ]),
  );
  show(
    'Runs',
    [
      { head: 'Run' },
      { head: 'From', shrink: true },
      right('Waiting'),
      right('Active'),
      { head: 'Queues', shrink: true },
      right('Since'),
    ],
    runs.map((one) => [
      `${one.flow}/${one.run}`,
      `${one.user}@${one.host}`,
      ...[one.waiting, one.active].map(String),
      one.queues.join(', '),
      duration(now - one.since),
    ]),
  );
  if (abandoned.waiting + abandoned.active > 0)
    output.write(
      `\n${plural(abandoned.waiting + abandoned.active, 'task')} of runs that have ended without a word: workers drop them.\n`,
    );
}
