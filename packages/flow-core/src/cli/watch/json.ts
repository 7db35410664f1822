/** A watch for programs: one JSON object a line. */
import type { WatchListener } from '../../session/watch/watch';
import { spinJson } from '../json/spin';
import type { Output } from '../render/output';
import type { Screen } from './screen';

export function watchJson(output: Output, step: string): Screen {
  const listener: WatchListener = {
    ready: () => output.result({ watch: 'ready', step }),
    columns: () => output.columns,
    begins: () => {},
    event(event) {
      if (event.type === 'task-log') output.raw(event.text);
    },
    printed: (text) => output.raw(text),
    stopped: () => {},
    unchanged: (files) => output.result({ watch: 'unchanged', step, files: [...files] }),
    broken: ({ code, message }) => output.result({ watch: 'broken', step, error: { code, message } }),
    spun({ n, changed, latencyMs, done, end }) {
      const json = done && spinJson(done);
      const error =
        end.type === 'refused'
          ? { name: 'FlowError', ...end.error }
          : end.type === 'died'
            ? { name: 'FlowError', code: 'FLOW_WORKER_DIED', message: `The process of the spin ${end.how}.` }
            : undefined;
      output.result({
        ...{ watch: 'spun' as const, n, changed: [...changed], latencyMs: Math.round(latencyMs) },
        ...(json ?? { step, origin: null, status: 'failed' as const, durationMs: 0, artifacts: {} }),
        ...(error ? { error } : {}),
      });
    },
  };
  return { ...listener, help() {}, close() {} };
}
