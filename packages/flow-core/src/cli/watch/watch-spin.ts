/** nx-flow spin --watch: the step again, whenever a file changes that it depends on. */
import { resolve } from 'node:path';
import { FlowError } from '../../definition/errors';
import { findPlaceFile, type Place } from '../../session/place';
import { KeptSpins } from '../../session/watch/kept';
import { Watch } from '../../session/watch/watch';
import type { WatchListener } from '../../session/watch/watch-listener';
import { looksLikeFile, stem } from '../../source/find';
import { builtCode } from '../../source/fingerprint/built';
import { openStore } from '../../store/open';
import { namespaceOf } from '../arguments';
import type { Context } from '../command';
import { actionsOf } from './actions';
import { Choice } from './choice';
import { watchJson } from './json';
import { readKeys } from './keys';
import { watchRuns } from './newer';
import { Refusals } from './refusals';
import { type Screen, watchScreen } from './screen';

/** How a watch ends by a signal. */
const CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** How it ends by the key `q`. Under Nx, which says where the workspace is, an end of 0 would be stored, and replayed. */
const quitCode = ({ workspace }: Context) => (workspace === undefined ? 0 : CODES.SIGINT);

const FREEZES = 'a test is of one spin. The command without --watch writes it';
const NOT_WITH: Record<string, string> = {
  all: 'it spins one split at each save. On a terminal, the key a spins all of them once',
  from: 'it spins on one run: --origin says which',
  'max-workers': 'it spins one split at each save',
  freeze: FREEZES,
  force: FREEZES,
  'max-size': FREEZES,
  persist: 'it spins at each save, and stores none of them. On a terminal, the key p persists one',
};

/** Returns the exit code when somebody ends it. @throws FlowError FLOW_USAGE, FLOW_NOT_FOUND, FLOW_AMBIGUOUS */
export async function watchSpin(context: Context, place: Place): Promise<number> {
  const { output, options } = context;
  requireOne(options);
  const through = options.through as string | undefined;
  if (through !== undefined) (await import('../several-spins')).requireTogether(options);
  for (const [name, why] of Object.entries(NOT_WITH)) {
    // A chain is executed by workers.
    if (name === 'max-workers' && through !== undefined) continue;
    if (options[name] !== undefined && options[name] !== false)
      throw new FlowError('FLOW_USAGE', `--watch goes without --${name}: ${why}.`);
  }
  const file = await findPlaceFile(place);
  const choice = new Choice(looksLikeFile(place.flow) ? stem(file) : place.flow, context);
  const step = () => choice.step;
  const built = () => builtFiles(file, place.workspace);
  const screen = output.json
    ? watchJson(output, { step, through, built })
    : watchScreen(output, { step, through, place, file, built });
  // Without keys nobody can take a newer run: it is taken as a command would.
  const holds = !output.json && process.stdin.isTTY === true;
  // The broker, which would leave with the last process of a spin, stays for the next.
  const store = openStore(place.store);
  const setup = { ...place, file, env: context.env !== undefined };
  const kept = holds ? new KeptSpins(setup, choice.flow) : undefined;
  const refusals = new Refusals(choice, screen, through);
  const watch = new Watch({
    place: { file, flow: choice.flow, named: !looksLikeFile(place.flow), workspace: place.workspace },
    setup,
    files: filesIn(context),
    step,
    ...(through === undefined ? {} : { through }),
    argv: (more) => choice.argv(more),
    otherwise: (refusal, once) => refusals.hear(refusal, once),
    listener: refusals.listening(kept ? holding(screen, choice, kept) : screen),
  });
  const ends: (() => void)[] = [() => screen.close()];
  try {
    return await new Promise<number>((resolve, reject) => {
      for (const [signal, code] of Object.entries(CODES)) {
        const end = () => resolve(code);
        process.on(signal, end);
        ends.push(() => process.off(signal, end));
      }
      refusals.ofTheCommand = reject;
      const quit = (byCtrlC: boolean) => resolve(byCtrlC ? CODES.SIGINT : quitCode(context));
      const runs = { store, flow: choice.flow, namespace: namespaceOf(context) };
      const held = () => (holds && choice.takesNewest ? choice.run : undefined);
      const found = (run: number | undefined) => screen.newer(run);
      ends.push(
        watchRuns({ ...runs, held, found, waits: () => refusals.noInputs, ended: () => watch.again() }),
      );
      if (kept) {
        const actions = actionsOf({ watch, choice, screen, kept, single: through === undefined });
        const refuses = (key: string) => (key === 'i' || key === 'a' ? choice.withoutIndex : undefined);
        ends.push(readKeys({ screen, actions, refuses, quit }));
      }
      // Nobody reads any more.
      process.stdout.once('error', () => resolve(CODES.SIGHUP));
      watch.again();
    });
  } finally {
    for (const end of ends) end();
    await Promise.all([watch.close(), kept?.close(), store.close()]);
  }
}

/** @throws FlowError FLOW_USAGE */
function requireOne({ iteration }: Context['options']): void {
  if (iteration === 'all')
    throw new FlowError(
      'FLOW_USAGE',
      '--watch goes without --iteration=all: it spins one iteration at each save. Give its number.',
    );
}

/** Stays with the run whose inputs were used, so that the results can be compared; and keeps these. */
function holding(screen: Screen, choice: Choice, kept: KeptSpins): WatchListener {
  return {
    ...screen,
    event(event) {
      const begins = event.type === 'spin-started' || event.type === 'through-started';
      const lost =
        begins && choice.began(event.run, event.type === 'spin-started' ? event.splits : undefined);
      if (typeof lost === 'number') screen.note(`run ${lost} has no inputs for this: others are taken.`);
      screen.event(event);
    },
    spun(spun) {
      screen.spun(spun);
      kept.keep(spun.n, spun);
    },
  };
}

/** Files that the command line names. */
function filesIn({ options, cwd }: Context): string[] {
  return [options.artifacts, options['params-file']].flatMap((file) =>
    file === undefined ? [] : resolve(cwd, String(file)),
  );
}

/** Libraries of the workspace that the flow reads as they were built. */
function builtFiles(file: string, workspace: string): readonly string[] {
  try {
    return builtCode(file, workspace).files;
  } catch {
    return [];
  }
}
