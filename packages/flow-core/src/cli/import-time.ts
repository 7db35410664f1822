/** How long the import of a flow may take, as a command says it. */
import { relative } from 'node:path';
import { parseDuration } from '../definition/duration';
import { FlowError } from '../definition/errors';
import { SLOW_MS } from '../source/import-watch';
import type { Parsed } from './command';

/** @throws FlowError FLOW_OPTION */
export function importTimeout({ options }: Parsed): number | undefined {
  const given = options['import-timeout'];
  if (given === undefined) return undefined;
  const timeoutMs = parseDuration(given);
  if (timeoutMs) return timeoutMs;
  const message = `--import-timeout takes a duration above 0, such as 30s or 5m, not "${given}".`;
  throw new FlowError('FLOW_OPTION', message);
}

/** The line that tells of an import that is slow. */
export function slowImport(file: string, cwd: string): string {
  return `${relative(cwd, file)} has been importing for ${SLOW_MS / 1000} s: --import-timeout says when that ends.`;
}
