/** `--run-id-file`: writes the run's number to a file, for scripts that start runs. The option is Metaflow's. */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { FlowError } from '../definition/errors';
import type { Emit } from '../engine/task/flow-event';
import type { Context } from './command';

/**
 * Empties the file now, so that an unwritable path is refused before the run, and writes the run's number when it
 * begins. @throws FlowError FLOW_RUN_ID_FILE
 */
export function withRunIdFile({ options, cwd }: Pick<Context, 'options' | 'cwd'>, emit: Emit): Emit {
  const given = options['run-id-file'] as string | undefined;
  if (given === undefined) return emit;
  const file = resolve(cwd, given);
  write(file, '');
  return (event) => {
    if (event.type === 'run-started') write(file, String(event.run));
    emit(event);
  };
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const message = `The number of the run cannot be written to ${file} (${code}): --run-id-file takes a file in a folder that is there and can be written.`;
    throw new FlowError('FLOW_RUN_ID_FILE', message, { cause });
  }
}
