/** The entry of a worker process: a worker whose coordinator is at the other end of the process's own channel. */
import { watchImports } from '../../source/import-watch';
import { leave } from '../../source/leaving';
import type { ToWorker } from './protocol';
import { Worker } from './worker';

const [file = '', flow = '', given = '[]', packages = ''] = process.argv.slice(2);

// The terminal's Ctrl-C reaches every process of the group: the coordinator decides what it means.
process.on('SIGINT', () => {});
process.on('disconnect', () => leave(0));

// Its pool does that, which also ends code that never yields.
watchImports({ byParent: true });

const worker = new Worker(
  { file, flow, with: JSON.parse(given), packages },
  {
    send: (message) => process.connected && process.send?.(message),
    hold: (held) => (held ? process.channel?.ref() : process.channel?.unref()),
  },
);
process.on('message', (message: ToWorker) => worker.hear(message));
