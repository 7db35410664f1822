/** Asks a flow's file in a process of its own, which ends with its answer. */
import { FlowError } from '../definition/errors';
import { packageFile } from '../environment/package-root';
import { endGroup } from '../process/end-processes';
import type { OrphanGuard } from '../process/orphan-guard';
import { startProcess } from '../process/start-process';
import type { FlowAnswers, FlowPlace, FlowQuestion, FromFlowChild } from './questions';

/** How long an answer may take: an import has two minutes. Milliseconds. */
const ANSWER_MS = 130_000;

/**
 * @param signal ends it
 * @throws FlowError what importing the flow throws, what the question does, FLOW_WORKER_DIED
 */
export function askFlow<Q extends FlowQuestion>(
  place: FlowPlace,
  question: Q,
  { guard, signal }: { guard: OrphanGuard; signal: AbortSignal },
): Promise<FlowAnswers[Q['ask']]> {
  return new Promise((resolve, reject) => {
    let heard: FromFlowChild | undefined;
    let printed = '';
    const { child, channel, onEnd } = startProcess<FromFlowChild, FlowQuestion>(
      packageFile('dist/ui-child.js'),
      [JSON.stringify(place)],
      process.env,
      (message) => {
        heard = message;
        channel.close();
        child.kill('SIGKILL');
      },
      { apart: true },
    );
    const { pid } = child;
    if (pid !== undefined) guard.add(-pid);
    const kill = () => child.kill('SIGKILL');
    const deadline = setTimeout(kill, ANSWER_MS);
    signal.addEventListener('abort', kill, { once: true });
    // What a flow prints while it is imported is nobody's answer.
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        printed = (printed + text).slice(-2000);
      });
    onEnd((how) => {
      clearTimeout(deadline);
      signal.removeEventListener('abort', kill);
      const ended = () => {
        if (pid !== undefined) guard.remove(-pid);
        if (heard?.type === 'answer') resolve(heard.answer as FlowAnswers[Q['ask']]);
        else if (heard) reject(new FlowError(heard.code, heard.message));
        else {
          const said = printed.trim() === '' ? '' : ` It printed: ${printed.trim()}`;
          reject(
            new FlowError('FLOW_WORKER_DIED', `The process that imports ${place.file} ${how}.${said}`, {
              exit: 1,
            }),
          );
        }
      };
      if (pid === undefined) ended();
      else void endGroup(pid, []).then(ended, ended);
    });
    channel.send(question);
  });
}
