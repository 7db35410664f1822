/** The common part of `run` and `resume`: the session, the renderer, the result. */
import { availableParallelism } from 'node:os';
import type { Parameters } from '../definition/params';
import type { Attachable } from '../engine/pool/pool';
import type { Takeover } from '../engine/resume/takeover';
import { splitLimit } from '../engine/run/split-limit';
import { retain } from '../session/retention';
import { executeRun, requireKnownStep } from '../session/run';
import { type FileSession, openSession } from '../session/session';
import { placeOf } from './arguments';
import type { Context } from './command';
import { exitOf } from './exit-of';
import { runJson } from './json/run';
import type { OnQueue } from './on-queue';
import { runRenderer } from './render/run';
import { withRunIdFile } from './run-id-file';

export interface Prepared {
  params: Parameters;
  takeover?: Takeover;
  reuse?: boolean;
}

const NOTHING_REUSED =
  'Nothing was reused: the code or a declared file was changed just before the run, cannot be read, or is one of more than 20,000. Run it again.\n';

/** Returns the exit code. `prepare` reads the command's own options. */
export async function runCommand(
  context: Context,
  prepare: (session: FileSession) => Promise<Prepared>,
): Promise<number> {
  const { output, options, signal } = context;
  const max = options['max-workers'] as number | undefined;
  const workers = max ?? availableParallelism();
  const most = options['max-splits'] as number | undefined;
  const until = options.until as string | undefined;
  const place = placeOf(context);
  const emit = withRunIdFile(context, runRenderer(output, place.workspace));
  const session = await openSession(place, {
    emit,
    hide: output.hide,
    with: (options.with as string[] | undefined) ?? [],
    signal,
    // Where the command says that steps are executed elsewhere, there may be no task for it.
    ...(options.on === undefined || options.on === 'local' ? { warm: workers } : {}),
  });
  let pool: Attachable | undefined;
  let queue: OnQueue | undefined;
  try {
    if (isElsewhere(context, session)) {
      const { openOnQueue } = await import('./on-queue');
      queue = await openOnQueue(context, session, max);
    } else if (options.ship) (await import('./ship')).requireNoShip(context);
    pool = queue ? undefined : await session.workers(workers);
    if (until !== undefined) requireKnownStep(session.graph, until);
    const prepared = await prepare(session);
    const namespace = options.namespace as string | undefined;
    const outcome = await executeRun(session, {
      ...prepared,
      indexed: true,
      tags: (options.tag as string[] | undefined) ?? [],
      workers,
      bail: options.bail === true,
      ...(namespace === undefined ? {} : { namespace }),
      ...(until === undefined ? {} : { until }),
      ...(queue ? { on: queue.on } : {}),
      ...(queue || most !== undefined ? { maxSplits: splitLimit(queue?.on, most) } : {}),
      pool: queue?.pool ?? ((host) => (pool as Attachable).attach(host)),
    });
    output.result(runJson(outcome));
    if (prepared.reuse && outcome.tasks.reused === undefined) output.note(NOTHING_REUSED);
    const told = await retain(session);
    if (told !== undefined) output.note(`${told}\n`);
    return outcome.status === 'failed' ? exitOf(outcome.error) : 0;
  } finally {
    await pool?.close();
    await queue?.close();
    await session.close();
  }
}

/** Whether steps may be executed by the workers of a queue: the command says so, or a step. */
function isElsewhere({ options: { on } }: Context, { graph }: FileSession): boolean {
  return on === undefined
    ? [...graph.steps.values()].some(({ options: { queue } }) => queue !== undefined)
    : on !== 'local';
}
