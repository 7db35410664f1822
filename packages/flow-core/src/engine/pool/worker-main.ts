/** The program of a worker's process: a worker whose coordinator is at the other end of the process's channel. */

import { channelToParent } from '../../process/channel';
import { exitNow } from '../../process/ending';
import { watchImports } from '../../source/import-watch';
import type { FromWorker, ToWorker } from './protocol';
import { Worker } from './worker';

/** @param executed called when the process has executed its first task */
export function main(executed: () => void): void {
  const [file = '', flow = '', given = '{}', packages = ''] = process.argv.slice(2);

  // Where it is in the coordinator's group, the terminal's Ctrl-C reaches it: the coordinator decides what that means.
  process.on('SIGINT', () => {});

  // Its pool does that, which also ends code that never yields.
  watchImports({ byParent: true });

  const channel = channelToParent<ToWorker, FromWorker>({
    message: (message) => worker.hear(message),
    // The coordinator has ended, or a step closed the channel: no outcome can be sent any more.
    closed: () => exitNow(1),
  });
  let isFirst = true;
  const outcomeSent = () => {
    if (isFirst) setImmediate(executed);
    isFirst = false;
  };
  const worker = new Worker(
    { file, flow, ...JSON.parse(given), packages },
    {
      hold: (held) => channel.hold(held),
      send(message) {
        channel.send(message);
        if (message.type === 'outcome') outcomeSent();
      },
      sendPlain(message, bytes) {
        channel.sendPlain(message, bytes);
        outcomeSent();
      },
    },
  );
}
