/** Where the steps of a run are executed: here, or by the workers of a queue. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseDuration } from '../definition/duration';
import { FlowError } from '../definition/errors';
import type { Pool, PoolHost } from '../engine/pool/pool';
import type { FileSession } from '../session/session';
import type { Context } from './command';
import { blobsGiven, queuePackage, queueUrl } from './queue-package';

export interface OnQueue {
  /** The queue of a step; undefined for one that is executed here. */
  on(step: string): string | undefined;
  pool(host: PoolHost): Pool;
  close(): Promise<void>;
}

/** `--on=queue`: the one that a worker serves by default. */
const ANY = 'queue';

/**
 * Opens the pool of a run some of whose steps are executed elsewhere. Undefined where all are executed here.
 * @param max as `--max-workers` says
 * @throws FlowError FLOW_QUEUE_URL and its like, FLOW_OPTION
 */
export async function openOnQueue(
  { options }: Context,
  session: FileSession,
  max: number | undefined,
): Promise<OnQueue | undefined> {
  const { graph, workspace, file, emit } = session;
  const given = options.on as string | undefined;
  const on = (step: string) => {
    const own = graph.steps.get(step)?.options.queue;
    return own === 'local' ? undefined : (own ?? (given === undefined ? undefined : nameOf(given)));
  };
  const away = [...graph.steps.keys()].find((step) => on(step) !== undefined);
  if (away === undefined) return undefined;
  const url = queueUrl(options);
  if (url === undefined) throw noUrl(away, on(away) as string);
  const patienceMs = timeoutOf(options['queue-timeout']);
  const queue = await queuePackage(workspace).openQueuePool({
    ...{ url, flow: graph.flow, file, workspace, emit, with: session.with },
    ...{ max: max ?? MOST, cas: join(session.place.store, 'cas') },
    ...blobsGiven(),
    ...(given === undefined ? {} : { queue: nameOf(given) }),
    ...(graph.secrets ? { secrets: [...graph.secrets] } : {}),
    ...(patienceMs === undefined ? {} : { patienceMs }),
  });
  let here: ReturnType<FileSession['workers']> | undefined;
  const { MixedPool } = await import('../engine/pool/mixed-pool');
  return {
    on,
    pool: (host) =>
      new MixedPool(host, {
        away: queue,
        here() {
          here ??= session.workers(Math.min(max ?? MOST, availableParallelism()));
          return here;
        },
      }),
    async close() {
      await Promise.all([queue.close(), here?.then((pool) => pool.close())]);
    },
  };
}

/** Chunks of tasks at once, unless `--max-workers` is given: the workers decide how many there are. */
const MOST = 1000;

const nameOf = (given: string) => (given === ANY ? 'default' : given);

function timeoutOf(given: unknown): number | undefined {
  if (given === undefined) return undefined;
  const ms = parseDuration(given);
  if (ms) return ms;
  const message = `--queue-timeout takes a duration above 0, such as 30s or 5m, not "${given}".`;
  throw new FlowError('FLOW_OPTION', message);
}

function noUrl(step: string, queue: string): FlowError {
  const message = `"${step}" is executed on the queue ${queue}, and no queue is named: give --queue=redis://… or NX_FLOW_QUEUE, or --on=local to execute all steps here.`;
  return new FlowError('FLOW_QUEUE_URL', message);
}
