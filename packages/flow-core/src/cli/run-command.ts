/** The common part of `run` and `resume`: the session, the renderer, the result. */
import { availableParallelism } from 'node:os';
import type { Parameters } from '../definition/params';
import type { Takeover } from '../engine/resume/takeover';
import { retain } from '../session/retention';
import { executeRun, requireKnownStep } from '../session/run';
import { type FileSession, openSession } from '../session/session';
import { placeOf } from './arguments';
import type { Context } from './command';
import { exitOf } from './exit-of';
import { runJson } from './json/run';
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
  const workers = (options['max-workers'] as number | undefined) ?? availableParallelism();
  const until = options.until as string | undefined;
  const place = placeOf(context);
  const emit = withRunIdFile(context, runRenderer(output, place.workspace));
  const session = await openSession(place, {
    emit,
    hide: output.hide,
    with: (options.with as string[] | undefined) ?? [],
    signal,
    warm: workers,
  });
  const pool = await session.workers(workers);
  try {
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
      pool: (host) => pool.attach(host),
    });
    output.result(runJson(outcome));
    if (prepared.reuse && outcome.tasks.reused === undefined) output.note(NOTHING_REUSED);
    const told = await retain(session);
    if (told !== undefined) output.note(`${told}\n`);
    return outcome.status === 'failed' ? exitOf(outcome.error) : 0;
  } finally {
    await pool.close();
    await session.close();
  }
}
