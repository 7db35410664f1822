/** Ends a command that failed: one clear sentence, the code, the exit code. */
import { isFlowError } from '../../definition/errors';
import { withoutHandles } from '../../definition/handles';
import { messageOf } from '../../definition/thrown';
import { excerpt } from '../../engine/explain/error-text';
import { toRecord } from '../../engine/task/error-record';
import { isMissingModule } from '../../source/failed-request';
import { renderThrown } from './error';
import type { Output } from './output';
import { wrapped } from './wrap';

export function renderFailure(failure: unknown, { forError }: Output, cwd: string): number {
  const output = forError();
  const error = withoutHandles(failure);
  if (!isFlowError(error)) {
    output.write(`${renderThrown(toRecord(error), { ...output, verbose: true }, cwd)}`);
    output.result({
      error: { code: 'FLOW_INTERNAL', message: messageOf(error) },
    });
    return 1;
  }
  const { colors } = output;
  output.write(`${wrapped(`${colors.red(error.code)}  ${error.message}`, output)}\n`);
  const { cause } = error;
  const where = error.problems[0]?.where;
  const thrown = cause !== undefined && !isMissingModule(cause);
  if (error.code === 'FLOW_IMPORT' && where !== undefined && !thrown && !output.verbose)
    output.write(excerpt(where, output));
  else if (error.code === 'FLOW_IMPORT' && cause !== undefined)
    output.write(renderThrown(toRecord(cause), output, cwd));
  else if (output.verbose && cause !== undefined) output.write(renderThrown(toRecord(cause), output, cwd));
  output.result({ error: { code: error.code, message: error.message, problems: error.problems } });
  return error.exit;
}
