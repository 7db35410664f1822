/** Where the steps of a run are executed: here, or by the workers of a queue. */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDuration } from '../definition/duration';
import { FlowError } from '../definition/errors';
import type { Attachable, Pool, PoolHost } from '../engine/pool/pool';
import type { FileSession } from '../session/session';
import { idOfStore, noteBlobs } from '../store/folder/blobs-file';
import type { Context } from './command';
import { blobsGiven, queuePackage, queueUrl } from './queue-package';
import { requireNoShip, shipGiven } from './ship';

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
 * @throws FlowError FLOW_QUEUE_URL and its like, FLOW_OPTION, FLOW_QUEUE_KEY
 */
export async function openOnQueue(
  context: Context,
  session: FileSession,
  max: number | undefined,
): Promise<OnQueue | undefined> {
  const { options } = context;
  const { graph } = session;
  const given = options.on as string | undefined;
  const on = (step: string) => {
    const own = graph.steps.get(step)?.options.queue;
    return own === 'local' ? undefined : (own ?? (given === undefined ? undefined : nameOf(given)));
  };
  const away = [...graph.steps.keys()].find((step) => on(step) !== undefined);
  if (away === undefined) {
    requireNoShip(context);
    return undefined;
  }
  const queue = await openPool(context, session, {
    step: away,
    queue: on(away) as string,
    ...(given === undefined ? {} : { others: nameOf(given) }),
    ...{ max: max ?? MOST, cas: casOf(session) },
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
      await Promise.all([queue.close(), here?.then((pool) => pool.close()).catch(() => {})]);
    },
  };
}

/**
 * The session of a spin whose step is executed by the workers of a queue, where `--on` says so: a spin is here otherwise, whatever
 * its step says.
 * @throws FlowError FLOW_QUEUE_URL and its like, FLOW_OPTION
 */
export function spunOnQueue(context: Context, session: FileSession, step: string): FileSession {
  const queue = queueOfSpin(context, session, step);
  if (queue === undefined) {
    requireNoShip(context);
    return session;
  }
  return {
    ...session,
    away: true,
    async workers(max, persistedCas, cas = casOf(session)): Promise<Attachable> {
      // A spin stores nothing: what comes back is read once.
      const own = persistedCas === undefined ? mkdtempSync(join(tmpdir(), 'nx-flow-spin-')) : undefined;
      const received = persistedCas ?? (own as string);
      const close = () => own && rmSync(own, { recursive: true, force: true });
      try {
        const pool = await openPool(context, session, { step, queue, others: queue, max, cas, received });
        const [{ filesHost }, { FileCas }] = await Promise.all([
          import('../engine/pool/files-host'),
          import('../store/cas/cas'),
        ]);
        const files = { cas: new FileCas(received), codecs: session.graph.codecs };
        return {
          attach: (host) => pool.attach(filesHost(host, files)),
          close: () => pool.close().finally(close),
        };
      } catch (error) {
        close();
        throw error;
      }
    },
  };
}

/** The queue of a spin's step; undefined where it is executed here. */
function queueOfSpin({ options }: Context, { graph }: FileSession, step: string): string | undefined {
  const given = options.on as string | undefined;
  const own = graph.steps.get(step)?.options.queue;
  if (given === undefined || given === 'local') return undefined;
  if (given !== ANY) return given;
  return own === 'local' ? undefined : (own ?? nameOf(given));
}

interface Wanted {
  /** A step that is executed elsewhere, and its queue: for what is said where there is none. */
  step: string;
  queue: string;
  /** The queue of the steps that name none. */
  others?: string;
  /** The most chunks of tasks at once. */
  max: number;
  /** The folder in which large values lie, and the one into which those that come back go. */
  cas: string;
  received?: string;
}

async function openPool(
  context: Context,
  { graph, workspace, file, place, emit, with: given }: FileSession,
  { step, queue, others, ...folders }: Wanted,
): Promise<Attachable> {
  const { options } = context;
  const url = queueUrl(options);
  if (url === undefined) throw noUrl(step, queue);
  const patienceMs = timeoutOf(options['queue-timeout']);
  const { blobs } = blobsGiven();
  const pool = await queuePackage(workspace).openQueuePool({
    ...{ url, flow: graph.flow, file, workspace, emit, with: given, ...folders },
    without: (options.without as string[] | undefined) ?? [],
    ...(blobs === undefined ? {} : { blobs, store: idOfStore(place.store) }),
    ...shipGiven(context, graph),
    ...(others === undefined ? {} : { queue: others }),
    ...(graph.secrets ? { secrets: [...graph.secrets] } : {}),
    ...(patienceMs === undefined ? {} : { patienceMs }),
  });
  // It is this store's from now on.
  if (blobs !== undefined) noteBlobs(place.store, blobs);
  return pool;
}

const casOf = ({ place }: FileSession) => join(place.store, 'cas');

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
