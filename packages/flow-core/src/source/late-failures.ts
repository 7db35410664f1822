/** What a flow's file does after it was imported, as in a timer: it is heard until the command ends, or steps are executed. */
import type { FlowError } from '../definition/errors';
import { containExitListeners } from '../process/at-exit';
import { type Ends, endsOfProcess } from '../process/ending';
import { type Begun, earlierAtFault, forgetImports, noteImport } from './earlier-imports';
import { hearFailures } from './hear-failures';
import { ImportEnded } from './import-ended';
import { isOfFlow } from './import-stack';
import { whenUnwatched } from './import-watch';

/** Steps of the flow are executed in this process: what is thrown late may be theirs. */
let steps: 'none' | 'under way' | 'ended' = 'none';
let stopHearing = () => {};
/** Lets code of the last flow end the process again. */
let allowExit = () => {};

/** Files of modules that this process had loaded before it imported a flow: those of the program that it is. */
let programs: ReadonlySet<string> = new Set();
/** How that program ends it. */
let ends: Ends | undefined;

/** Called before a flow is imported, whose code may replace functions of `process`. */
export function rememberProgram(): void {
  if (ends) return;
  programs = new Set(Object.keys(require.cache));
  ends = endsOfProcess();
}

/** What the last import does late is not heard any more, until {@link hearLate} is called again. */
export function stopHearingLate(): void {
  stopHearing();
  allowExit();
}

/** @param late is told of the first failure; absent when the import has failed, which is told already */
export function hearLate(imported: Begun, late?: (error: FlowError) => void): void {
  steps = 'none';
  let told = late === undefined;
  const tell = (error: ImportEnded) => {
    if (told) return;
    told = true;
    void import('./import-error').then(({ lateError }) => late?.(lateError(imported.file, error)));
  };
  noteImport(imported, tell);
  let over = false;
  const containListeners = containExitListeners();
  const hearing = hearFailures((ending) => {
    const { stackTraceLimit } = Error;
    // Down to the code that calls.
    Error.stackTraceLimit = 50;
    const error = new ImportEnded(ending);
    Error.stackTraceLimit = stackTraceLimit;
    // What a step does is heard by who executes it. A program that started the command, such as Nx, may end it.
    if (steps === 'under way' || (ending.how === 'left' && !isOfFlow(error.stack, programs)))
      return undefined;
    if (steps === 'none' && !over) (earlierAtFault(error, imported) ?? tell)(error);
    return error;
  }, ends);
  stopHearing = () => {
    stopHearing = () => {};
    hearing.stop();
    containListeners();
  };
  // A process may go on when its command has ended, until Nx ends it with what the command came to.
  allowExit = () => {
    allowExit = () => {};
    hearing.allowExit();
  };
  whenUnwatched(() => {
    over = true;
    forgetImports();
    stopHearing();
  });
}

/** From now on, steps are executed in this process: what is thrown late is not heard here any more. */
export function stepsBegin(): void {
  steps = 'under way';
}

/** What the file of a flow does from now on, after its step, changes nothing about what the step came to. */
export function stepsEnd(): void {
  steps = 'ended';
}
