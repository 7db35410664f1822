/** nx-flow spin --watch: the step again, whenever a file changes that it depends on. */
import { dirname } from 'node:path';
import { FlowError } from '../../definition/errors';
import { findPlaceFile, type Place } from '../../session/place';
import { Watch } from '../../session/watch/watch';
import { looksLikeFile, stem } from '../../source/find';
import { pathspecOf } from '../arguments';
import type { Context } from '../command';
import { watchJson } from './json';
import { keysOf } from './keys';
import { watchScreen } from './screen';

/** How a watch ends: by a key, or by a signal. */
const CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** Returns the exit code when somebody ends it. @throws FlowError FLOW_USAGE, FLOW_NOT_FOUND */
export async function watchSpin(context: Context, place: Place): Promise<number> {
  const { output, options } = context;
  for (const [name, why] of Object.entries(NOT_WITH)) {
    if (options[name] !== undefined && options[name] !== false)
      throw new FlowError('FLOW_USAGE', `--watch goes without --${name}: ${why}`);
  }
  const file = await findPlaceFile(place);
  const flow = looksLikeFile(place.flow) ? stem(file) : place.flow;
  const step = stepOf(context, flow);
  const listener = output.json ? watchJson(output, step) : watchScreen(output, { step, place, file });
  const watch = new Watch({
    place: { file, flow, workspace: place.workspace, step },
    setup: { argv: argvOf(context), ...place, file },
    folder: dirname(file),
    listener,
  });
  const ended = new Promise<number>((resolve) => {
    for (const [signal, code] of Object.entries(CODES)) process.once(signal, () => resolve(code));
    if (!output.json) keysOf(listener, { again: () => void watch.again(), quit: resolve });
  });
  try {
    await watch.begin();
    return await ended;
  } finally {
    listener.close();
    await watch.close();
  }
}

const NOT_WITH: Record<string, string> = {
  all: 'it spins one split. --index says which.',
  from: 'it spins on one run. --origin says which.',
  through: 'it spins one step. Give the command without --watch for those after it.',
  persist: 'it stores nothing. Give the command without --watch to keep a spin.',
};

/** @throws FlowError FLOW_USAGE where no step is named */
function stepOf({ positionals, options }: Context, flow: string): string {
  const given = positionals[1] ?? (options.step as string | undefined);
  const { step } = pathspecOf(given, flow);
  if (step === undefined)
    throw new FlowError(
      'FLOW_USAGE',
      `Which step? nx-flow spin ${flow} <step> --watch spins it whenever a file changes.`,
    );
  return step;
}

/** The command line of each spin. */
function argvOf({ positionals, options, params, set }: Context): string[] {
  const given = Object.entries(options).flatMap(([name, value]) =>
    name === 'watch' || name === 'json' || value === undefined
      ? []
      : [value].flat().map((one) => `--${name}=${one}`),
  );
  const named = (family: string, values: Record<string, string>) =>
    Object.entries(values).map(([name, value]) => `--${family}.${name}=${value}`);
  return [...positionals, ...given, ...named('params', params), ...named('set', set)];
}
