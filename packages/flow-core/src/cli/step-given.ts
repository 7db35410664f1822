/** What a step's target is given for parameters: for Nx, which hashes the command line and not the files that it names. */
import { isFlowError } from '../definition/errors';
import { parseCommandLine } from './args';
import { command } from './commands/step';
import { givenKey } from './given-key';

export function stepGivenKey(argv: readonly string[], workspace: string): string | undefined {
  try {
    return givenKey({ ...parseCommandLine(command.spec, argv), cwd: workspace }, workspace).key;
  } catch (error) {
    if (isFlowError(error)) return undefined;
    throw error;
  }
}
