/** Fails a piece of work when an unawaited promise rejects, or when it tries to end the process. */
import { FlowError } from '../../definition/errors';
import { stepsBegin } from '../../source/import-guard';
import { stuckError } from '../task/policies';

/** As in a task, an unawaited rejection fails the spin, and so does a step that exits the process. */
export async function guarded<T>(work: () => Promise<T>): Promise<T> {
  stepsBegin();
  let fail: (error: unknown) => void = () => {};
  const crash = new Promise<never>((_, reject) => {
    fail = reject;
  });
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
  // Nothing is left that could wake the step. Without this, the process would exit here as if it had succeeded.
  const stuck = () => fail(stuckError());
  process.on('beforeExit', stuck);
  const { exit } = process;
  process.exit = (code) => {
    const error = new FlowError('FLOW_STEP_EXITED', `The step called process.exit(${code ?? ''}).`, {
      exit: 1,
    });
    fail(error);
    throw error;
  };
  try {
    return await Promise.race([work(), crash]);
  } finally {
    process.exit = exit;
    process.off('beforeExit', stuck);
    process.off('uncaughtException', fail);
    process.off('unhandledRejection', fail);
  }
}
