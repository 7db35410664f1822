/** nx-flow spin: one step, now, on recorded inputs. */
import { availableParallelism } from 'node:os';
import { FlowError } from '../../definition/errors';
import type { Selection } from '../../engine/inputs/selection';
import type { Emit } from '../../engine/task/flow-event';
import type { PersistedSpins } from '../../session/persisted-spins';
import type { Place } from '../../session/place';
import { type FileSession, openSession } from '../../session/session';
import { prepareSpin, type SpinRequest, spinStep } from '../../session/spin';
import { namespaceOf, noMoreThan, placeOf } from '../arguments';
import type { Command, Context } from '../command';
import type { Freezer } from '../freeze/freezer';
import { versioned } from '../json/shapes';
import { spinAllJson, spinJson } from '../json/spin';
import { overridesOf } from '../overrides';
import { givenParams } from '../params';
import { spinRenderer } from '../render/spin';
import { selectionOf } from '../selection';
import { isOfSeveral, spec } from '../specs/spin';
import type { SpinDoor } from '../spin-door';
import { requireInProcess, withQueue } from '../spin-on';

export const command: Command = {
  spec,

  async execute(context) {
    noMoreThan(context, 2);
    const place = placeOf(context);
    if (context.options.watch === true) {
      const { watchSpin } = await import('../watch/watch-spin');
      return watchSpin(context, place);
    }
    if (isOfSeveral(context.options)) {
      const { spinSeveral } = await import('../several-spins');
      return spinSeveral(context, place);
    }
    return executeSpin(context, place, { emit: await rendererOf(context, place.workspace) });
  },
};

/** One spin, or one of all splits, from its command line. Returns the exit code. */
export async function executeSpin(context: Context, place: Place, door: SpinDoor): Promise<number> {
  const { emit, store } = door;
  const { output, options } = context;
  requireInProcess(options);
  const debug = await debugOf(context);
  const freezer = await freezerOf(context);
  const opened = await openSession(place, {
    emit,
    ...(store ? { store } : {}),
    hide: output.hide,
    with: (options.with as string[] | undefined) ?? [],
    without: (options.without as string[] | undefined) ?? [],
    signal: context.signal,
  });
  let persisted: PersistedSpins | undefined;
  try {
    const { graph } = opened;
    const selection = selectionOf(context, graph);
    const session = await withQueue(context, opened, selection.step, door);
    if (options.all !== true && options['max-workers'] !== undefined) {
      throw new FlowError(
        'FLOW_USAGE',
        '--max-workers is for --all, --from and --through: one step needs one process.',
      );
    }
    await prepareSpin(session, selection, options.namespace as string | undefined);
    const { overrides, set } = await overridesOf(context);
    if (overrides !== undefined || Object.keys(set).length > 0) selection.ignoreSwitch = true;
    const params = givenParams(context);
    if (options.persist === true) {
      const { openPersistedSpins } = await import('../../session/persisted-spins');
      persisted = openPersistedSpins(session, place.store, {
        namespace: namespaceOf(context),
        paramInputs: params,
      });
    }
    const values = options.values === true;
    const request = { selection, params, set, values, ...(overrides ? { overrides } : {}), ...debug };
    freezer?.begin(session, selection);
    if (options.all === true) return await spinAllSplits(context, session, request, persisted);
    if (context.keys) await requireKey(context, { session, selection });
    const { outcome, done } = await spinStep(session, {
      ...request,
      ...(freezer ? { hearReads: freezer.hearReads } : {}),
      // What is frozen is a value of this process.
      ...(session.away || (graph.secrets && !freezer && !(await isDebugged()))
        ? { workers: () => session.workers(1, persisted?.cas) }
        : {}),
      ...(persisted ? { persist: persisted.begin } : {}),
      outputs: {
        result: (event) => versioned(spinJson(event)),
        ...(context.keys ? { cache: { task: context.task } } : {}),
        ...(context.codeChanged ? { codeChanged: context.codeChanged } : {}),
      },
    });
    const frozen = done.status === 'done' ? await freezer?.end(session, outcome) : undefined;
    output.result({ ...spinJson(done), ...(frozen ? { frozen } : {}) });
    return done.status === 'done' ? 0 : 1;
  } finally {
    await persisted?.close();
    await opened.close();
  }
}

/** @throws FlowError FLOW_USAGE, FLOW_OPTION */
async function freezerOf(context: Context): Promise<Freezer | undefined> {
  const { freeze, force, 'max-size': most, all } = context.options;
  if (freeze === undefined) {
    if (force === undefined && most === undefined) return undefined;
    throw new FlowError('FLOW_USAGE', `--${force === undefined ? 'max-size' : 'force'} is for --freeze.`);
  }
  if (all === true) {
    throw new FlowError('FLOW_USAGE', 'A test spins one split: choose it with --index instead of --all.');
  }
  const { Freezer } = await import('../freeze/freezer');
  return new Freezer(context);
}

/** Opens the debugger that was asked for. @throws FlowError FLOW_USAGE, FLOW_INSPECT_PORT */
async function debugOf({ options }: Context): Promise<Pick<SpinRequest, 'hearBody'>> {
  const stops = options['inspect-brk'] as number | undefined;
  const port = stops ?? (options.inspect as number | undefined);
  if (port === undefined) return {};
  if (options.all === true) {
    throw new FlowError(
      'FLOW_USAGE',
      'A debugger looks at one process, and --all executes splits in several: choose one with --index.',
    );
  }
  const { openDebugger, stopIn } = await import('../debugger');
  await openDebugger({ port, wait: stops !== undefined });
  return stops === undefined ? {} : { hearBody: stopIn };
}

/** A debugger sees what is executed in this process. */
async function isDebugged(): Promise<boolean> {
  const { url } = await import('node:inspector');
  return url() !== undefined;
}

async function rendererOf({ output, options, cwd }: Context, workspace: string): Promise<Emit> {
  if (options.all !== true) return spinRenderer(output, workspace, cwd);
  const { spinAllRenderer } = await import('../render/spin-all');
  return spinAllRenderer(output, workspace, cwd);
}

async function spinAllSplits(
  context: Context,
  session: FileSession,
  request: Pick<SpinRequest, 'selection' | 'params' | 'overrides' | 'set' | 'values'>,
  persisted: PersistedSpins | undefined,
): Promise<number> {
  const { spinAll } = await import('../../session/spin-all');
  const { output, options } = context;
  const done = await spinAll(session, {
    ...request,
    workers: (options['max-workers'] as number | undefined) ?? availableParallelism(),
    ...(persisted ? { persisted } : {}),
    result: (event) => versioned(spinJson(event)),
    results: (event) => versioned(spinAllJson(event)),
  });
  output.result(spinAllJson(done));
  return done.status === 'done' ? 0 : 1;
}

/** The step's inputs must match the published key under which Nx caches. @throws FlowError FLOW_KEY_MOVED */
async function requireKey(
  context: Context,
  { session, selection }: { session: FileSession; selection: Selection },
): Promise<void> {
  const { spinKeyDigest } = await import('../../engine/spin/read-key');
  const { selectionText, withParams } = await import('../keys/published-key');
  const { paramsKey } = await import('../keys/params-key');
  const { graph, store, place, user } = session;
  const { digest } = await spinKeyDigest({ graph, store, selection, user });
  const now = withParams(digest, paramsKey(context, place.workspace));
  if (context.keys?.[selectionText(selection, place)]?.includes(now)) return;
  throw new FlowError(
    'FLOW_KEY_MOVED',
    'What the step would see changed after Nx had looked for a cached result of it: give the command again.',
    { exit: 1 },
  );
}
