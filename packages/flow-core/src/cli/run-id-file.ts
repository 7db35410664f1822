/** `--run-id-file`: the number of the run as a file, for the scripts that started it. The option is Metaflow's. */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { FlowError } from '../definition/errors';
import type { Emit } from '../engine/task/flow-event';
import type { Context } from './command';

/**
 * Empties the file now, so that a path that cannot be written is refused before there is a run, and writes the number
 * of the run when it begins. @throws FlowError FLOW_RUN_ID_FILE
 */
export function runIdFile({ options, cwd }: Pick<Context, 'options' | 'cwd'>): Emit {
  const given = options['run-id-file'] as string | undefined;
  if (given === undefined) return () => {};
  const file = resolve(cwd, given);
  write(file, '');
  return (event) => {
    if (event.type === 'run-started') write(file, String(event.run));
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
