/** `--run-id-file`: writes the run's number to a file, for scripts that start runs. The option is Metaflow's. */
import { accessSync, closeSync, constants, existsSync, openSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { FlowError, isFlowError } from '../definition/errors';
import type { Emit } from '../engine/task/flow-event';
import { targetOf } from '../environment/target';
import type { Context } from './command';

/**
 * Refuses an unwritable path before the run, and writes the run's number when it begins. A command that is refused
 * leaves the file as it is. @throws FlowError FLOW_RUN_ID_FILE
 */
export function withRunIdFile({ options, cwd }: Pick<Context, 'options' | 'cwd'>, emit: Emit): Emit {
  const given = options['run-id-file'] as string | undefined;
  if (given === undefined) return emit;
  const file = resolve(cwd, given);
  refusing(file, () => requireWritable(file));
  return (event) => {
    if (event.type === 'run-started') refusing(file, () => writeFileSync(file, String(event.run)));
    emit(event);
  };
}

/** Opening a file for writing finds what would be in the way, and changes nothing. */
function requireWritable(file: string): void {
  const { kind, store } = targetOf(file);
  if (store !== undefined) throw refused(file, `it lies in the store ${store}`);
  // Nobody may read it.
  if (kind === 'named pipe' || kind === 'socket') throw refused(file, `it is a ${kind}`);
  if (existsSync(file)) closeSync(openSync(file, 'r+'));
  else accessSync(dirname(file), constants.W_OK | constants.X_OK);
}

function refusing(file: string, act: () => void): void {
  try {
    act();
  } catch (cause) {
    if (isFlowError(cause)) throw cause;
    throw refused(file, (cause as NodeJS.ErrnoException).code ?? 'EIO', cause);
  }
}

function refused(file: string, why: string, cause?: unknown): FlowError {
  const message = `The number of the run cannot be written to ${file} (${why}): --run-id-file takes a file in a folder that is there and can be written.`;
  return new FlowError('FLOW_RUN_ID_FILE', message, { cause });
}
