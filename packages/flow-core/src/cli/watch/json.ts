/** A watch for programs: one JSON object a line. */
import { spinJson, throughJson } from '../json/spin';
import type { Output } from '../render/output';
import type { Screen, ScreenOptions } from './screen';

export function watchJson(
  output: Output,
  { step, through, built }: Pick<ScreenOptions, 'step' | 'through' | 'built'>,
): Screen {
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
    spun({ n, changed, latencyMs, done, through: chain, end }) {
      const failed = { step: step(), origin: null, status: 'failed' as const, durationMs: 0 };
      const head = { watch: 'spun' as const, n, changed: [...changed], latencyMs: Math.round(latencyMs) };
      output.result({
        ...head,
        ...(through === undefined
          ? ((done && spinJson(done)) ?? { ...failed, artifacts: {} })
          : ((chain && throughJson(chain)) ?? { ...failed, through, reached: false, steps: [], cases: [] })),
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
    ...{ refused: nothing, tookBack: nothing, showDifferences: nothing },
  };
}
