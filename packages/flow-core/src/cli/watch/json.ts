/** A watch for programs: one JSON object a line. */
import { spinJson } from '../json/spin';
import type { Output } from '../render/output';
import type { Screen } from './screen';

/** @param built files of libraries that are read as they were built */
export function watchJson(output: Output, step: () => string, built: () => readonly string[]): Screen {
  const nothing = () => {};
  return {
    ready() {
      const files = built();
      output.result({ watch: 'ready', step: step(), ...(files.length > 0 ? { built: [...files] } : {}) });
    },
    columns: () => output.columns,
    event(event) {
      if (event.type === 'task-log') output.raw(event.text);
    },
    printed: (text) => output.raw(text),
    note: (text) => output.note(`${output.colors.yellow('!')} ${text.trim()}\n`),
    unchanged: (files) => output.result({ watch: 'unchanged', step: step(), files: [...files] }),
    broken: ({ code, message }, latencyMs) =>
      output.result({
        ...{ watch: 'broken', step: step(), latencyMs: Math.round(latencyMs) },
        error: { code, message },
      }),
    spun({ n, changed, latencyMs, done, end }) {
      const json = done && spinJson(done);
      output.result({
        ...{ watch: 'spun' as const, n, changed: [...changed], latencyMs: Math.round(latencyMs) },
        ...(json ?? { step: step(), origin: null, status: 'failed' as const, durationMs: 0, artifacts: {} }),
        ...(end.type === 'died'
          ? {
              error: {
                name: 'FlowError',
                code: 'FLOW_WORKER_DIED',
                message: `The process of the spin ${end.how}.`,
              },
            }
          : {}),
      });
    },
    ...{ begins: nothing, stopped: nothing, newer: nothing, help: nothing, ask: nothing, close: nothing },
  };
}
