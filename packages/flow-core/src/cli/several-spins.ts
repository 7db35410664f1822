/** `spin --from`, `--iteration=all` and `--through`: several tasks of one command, in workers, which are not stored. */
import { availableParallelism } from 'node:os';
import { FlowError } from '../definition/errors';
import { parseFrom } from '../engine/inputs/sweep-runs';
import type { Place } from '../session/place';
import { openSession } from '../session/session';
import { prepareSpin } from '../session/spin';
import type { Context, Values } from './command';
import { versioned } from './json/shapes';
import { spinJson, sweepJson, throughJson } from './json/spin';
import { overridesOf } from './overrides';
import { givenParams } from './params';
import { selectionOf } from './selection';
import type { SpinDoor } from './spin-door';
import { withQueue } from './spin-on';

const ONE_PROCESS = 'a debugger looks at one process. Debug a single spin';
const ONE_TEST = 'a test spins one step on one run. Freeze a single spin';

/** Options of a single spin. */
const NOT_WITH: Record<string, string> = {
  persist: 'nothing of it is stored. Persist a single spin',
  values: 'its table shows what changed in a word. Look into the values of a single spin',
  freeze: ONE_TEST,
  force: ONE_TEST,
  'max-size': ONE_TEST,
  inspect: ONE_PROCESS,
  'inspect-brk': ONE_PROCESS,
};

/** @param door in the place of a renderer and a store of its own @returns the exit code @throws FlowError FLOW_USAGE, FLOW_FROM, FLOW_THROUGH and those of a spin */
export async function spinSeveral(context: Context, place: Place, door?: SpinDoor): Promise<number> {
  const { output, options } = context;
  const { from, through, iteration } = options as Record<string, string | undefined>;
  const iterations = iteration === 'all';
  requireTogether(options);
  const named = from === undefined ? undefined : parseFrom(from);
  const opened = await openSession(place, {
    ...(door ?? { emit: await rendererOf(context, place.workspace) }),
    hide: output.hide,
    with: (options.with as string[] | undefined) ?? [],
    without: (options.without as string[] | undefined) ?? [],
    signal: context.signal,
  });
  try {
    const single = iterations ? { ...context, options: { ...options, iteration: undefined } } : context;
    const selection = selectionOf(single, opened.graph);
    const session = await withQueue(context, opened, selection.step, door);
    requireNoOther(selection, { from, iterations });
    await prepareSpin(session, selection, options.namespace as string | undefined);
    const { overrides, set } = await overridesOf(context);
    if (overrides !== undefined || Object.keys(set).length > 0) selection.ignoreSwitch = true;
    const request = {
      ...{ selection, set, params: givenParams(context), all: options.all === true },
      ...(overrides ? { overrides } : {}),
      workers: (options['max-workers'] as number | undefined) ?? availableParallelism(),
      result: (event: Parameters<typeof spinJson>[0]) => versioned(spinJson(event)),
    };
    if (through !== undefined) {
      const { spinThrough } = await import('../session/spin-through');
      const done = await spinThrough(session, { ...request, through, values: options.values === true });
      output.result(throughJson(done));
      return done.status === 'done' ? 0 : 1;
    }
    const { sweep } = await import('../session/sweep');
    const done = await sweep(session, { ...request, iterations, ...(named ? { from: named } : {}) });
    output.result(sweepJson(done));
    return done.status === 'done' ? 0 : 1;
  } finally {
    await opened.close();
  }
}

/** Options that do not go with each other. @throws FlowError FLOW_USAGE */
export function requireTogether(options: Values): void {
  const { from, through, iteration, origin } = options;
  const iterations = iteration === 'all';
  const which = from !== undefined ? '--from' : through !== undefined ? '--through' : '--iteration=all';
  const refuse = (message: string) => {
    throw new FlowError('FLOW_USAGE', message);
  };
  for (const [name, why] of Object.entries(NOT_WITH)) {
    // A chain is of one run, as a single spin is.
    if (name === 'values' && through !== undefined) continue;
    if (options[name] !== undefined && options[name] !== false)
      refuse(`${which} goes without --${name}: ${why}.`);
  }
  if (from !== undefined && origin !== undefined)
    refuse('--from and --origin both say which runs give the inputs: give one of them.');
  if (through !== undefined && from !== undefined)
    refuse('--through goes on from one run: leave --from out, or name the run by --origin.');
  if (through !== undefined && iterations)
    refuse('--through goes on from one iteration: give its number, or leave --iteration out.');
}

/** @throws FlowError FLOW_USAGE */
function requireNoOther(
  { run, task }: { run?: number; task?: number },
  { from, iterations }: { from: string | undefined; iterations: boolean },
): void {
  if (iterations && task !== undefined)
    throw new FlowError(
      'FLOW_USAGE',
      'A task is one iteration already: leave --iteration out, or give run/step only.',
    );
  if (from === undefined || run === undefined) return;
  throw new FlowError(
    'FLOW_USAGE',
    `The pathspec names run ${run}, and --from=${from} the runs: give the step's name alone, or leave --from out.`,
  );
}

async function rendererOf({ output, options, cwd }: Context, workspace: string) {
  if (options.through !== undefined) {
    const { throughRenderer } = await import('./render/through');
    return throughRenderer(output, workspace, cwd);
  }
  const { sweepRenderer } = await import('./render/sweep');
  return sweepRenderer(output, workspace, cwd);
}
