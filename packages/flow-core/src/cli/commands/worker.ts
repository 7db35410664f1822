/** nx-flow worker: executes tasks of runs elsewhere, which it takes from queues. */
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseDuration } from '../../definition/duration';
import { FlowError } from '../../definition/errors';
import { noMoreThan, placeHere } from '../arguments';
import type { Command, Context } from '../command';
import { QUEUE } from '../options';
import type { AgentEvent } from '../queue-package';
import { duration, plural } from '../render/table';

export const command: Command = {
  spec: {
    name: 'worker',
    help: 'Execute tasks of runs on other machines: take them from queues until it is ended',
    positionals: [],
    options: {
      ...QUEUE,
      queues: {
        type: 'string',
        value: 'names',
        help: 'The queues that it serves, such as default,gpu; default default',
      },
      slots: { type: 'number', help: 'Tasks at once; default the number of cores' },
      resources: {
        type: 'string',
        value: 'amounts',
        help: 'What it has for steps with resources, such as gpu=1,memory=64',
      },
      'idle-exit': {
        type: 'string',
        value: 'duration',
        help: 'End by itself when there was nothing to do for so long, such as 10m',
      },
      print: {
        type: 'string',
        value: 'scheduler',
        help: 'Print the script that starts such workers under a scheduler, slurm, and start none',
      },
      workers: { type: 'number', help: 'How many workers the printed script starts; default 1' },
      'accept-shipped': {
        type: 'boolean',
        help: 'Take code that runs send (run --ship), where it is signed with NX_FLOW_QUEUE_KEY',
      },
      'allow-scripts': {
        type: 'boolean',
        help: 'Let the packages of such code execute scripts when they are installed',
      },
    },
    families: [],
    examples: [
      'nx-flow worker --queue=redis://queue.internal:6379',
      'nx-flow worker --queues=gpu --slots=1 --resources=gpu=1 --idle-exit=10m',
      'nx-flow worker --queues=gpu --slots=1 --resources=gpu=1 --idle-exit=10m --print=slurm --workers=8 | sbatch',
    ],
    endsInOrder: true,
  },

  async execute(context) {
    noMoreThan(context, 0);
    const { options, output, signal } = context;
    const { workspace, store } = placeHere(context);
    const { blobsGiven, queuePackage, queueUrl } = await import('../queue-package');
    const { requireQueueName, requireQueueUrl, startAgent } = queuePackage(workspace);
    const queues = ((options.queues as string | undefined) ?? 'default')
      .split(',')
      .map((name) => name.trim());
    if (options.print !== undefined || options.workers !== undefined) {
      queues.forEach(requireQueueName);
      if (typeof options.queue === 'string') requireQueueUrl(options.queue);
      idleOf(options);
      const { printScript } = await import('../worker-script');
      return printScript(context, workspace, resourcesOf(options));
    }
    const slots = (options.slots as number | undefined) ?? availableParallelism();
    const idleExitMs = idleOf(options);
    const cacheLimit = await cacheLimitOf(process.env.NX_FLOW_CACHE_LIMIT);
    const { acceptGiven } = await import('../ship');
    process.chdir(workspace);
    const agent = await startAgent({
      ...{ url: queueUrl(options), workspace, queues, slots, resources: resourcesOf(options) },
      cas: join(store, 'worker', 'cas'),
      ...blobsGiven(),
      ...acceptGiven(context, join(store, 'worker', 'shipped')),
      ...(idleExitMs === undefined ? {} : { idleExitMs }),
      ...(cacheLimit === undefined ? {} : { cacheLimit }),
      tell: (event) => output.write(`${lineOf(event, context)}\n`),
    });
    const { bold, dim } = output.colors;
    output.write(
      `${bold(agent.id)} serves ${queues.join(', ')} with ${plural(slots, 'slot')}. ${dim('Ctrl-C ends it when it has finished what it began.')}\n`,
    );
    const stop = () => void agent.stop();
    if (signal.aborted) stop();
    else void once(signal, 'abort').then(stop);
    const how = await agent.ended;
    output.write(`${bold(agent.id)} ${how === 'idle' ? 'had nothing to do, and has ended' : 'has ended'}.\n`);
    output.result({ id: agent.id, ended: how });
    return 0;
  },
};

/** @throws FlowError FLOW_OPTION */
function idleOf(options: Context['options']): number | undefined {
  const given = options['idle-exit'];
  if (given === undefined) return undefined;
  const ms = parseDuration(given);
  if (ms) return ms;
  throw new FlowError(
    'FLOW_OPTION',
    `--idle-exit takes a duration above 0, such as 30s or 10m, not "${given}".`,
  );
}

/** @param given `NX_FLOW_CACHE_LIMIT` @returns bytes @throws FlowError FLOW_OPTION */
async function cacheLimitOf(given: string | undefined): Promise<number | undefined> {
  if (!given) return undefined;
  const { parseSize } = await import('../../engine/housekeeping/policy');
  const bytes = parseSize(given);
  if (bytes !== undefined) return bytes;
  const message = `NX_FLOW_CACHE_LIMIT takes a size such as 500MB or 10GB, not "${given}".`;
  throw new FlowError('FLOW_OPTION', message);
}

/** @throws FlowError FLOW_OPTION */
function resourcesOf({ resources }: Context['options']): Record<string, number> {
  const parts = typeof resources === 'string' && resources !== '' ? resources.split(',') : [];
  const entries = parts.map((part): [string, number] => {
    const [name = '', amount = ''] = part.split('=').map((text) => text.trim());
    const number = Number(amount);
    if (name !== '' && amount !== '' && Number.isFinite(number) && number >= 0) return [name, number];
    throw new FlowError('FLOW_OPTION', `--resources takes amounts, such as gpu=1,memory=64, not "${part}".`);
  });
  return Object.fromEntries(entries);
}

function lineOf(event: AgentEvent, { output: { colors } }: Context): string {
  const { flow, run } = event;
  if (event.type === 'run-gone') return `${colors.yellow('!')} ${flow}/${run} has ended without a word`;
  const what = `${flow}/${run}/${event.step} ${colors.dim(`${plural(event.tasks, 'task')} of ${event.queue}`)}`;
  return event.type === 'taken'
    ? `${colors.cyan('●')} ${what}`
    : `${colors.green('✓')} ${what} ${colors.dim(duration(event.ms))}`;
}
