/** A key of a target's parameters, for Nx, which hashes the command line but not the files that it names. */
import { isFlowError } from '../../definition/errors';
import { parseCommandLine } from '../args';
import { PARAMS_FILE } from '../options';
import { paramsKey } from './params-key';

const SPEC = {
  name: '',
  help: '',
  positionals: [],
  options: PARAMS_FILE,
  families: ['params' as const],
  examples: [],
};

export function commandParamsKey(argv: readonly string[], workspace: string): string | undefined {
  const given = argv.filter((arg) => /^--(params\.|params-?file)/i.test(arg));
  try {
    return paramsKey({ ...parseCommandLine(SPEC, given), cwd: workspace }, workspace).key;
  } catch (error) {
    if (isFlowError(error)) return undefined;
    throw error;
  }
}
