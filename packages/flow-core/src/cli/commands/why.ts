/** nx-flow why: compares a step's last task with now: code, parameters, inputs, environment. */
import { messageOf } from '../../definition/thrown';
import { why } from '../../engine/explain/why/why';
import { requireRun } from '../../engine/record/find-run';
import { gitState } from '../../engine/record/git';
import { findPlaceFile, loadPlaceFlow } from '../../session/place';
import type { RunRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import { noMoreThan, openReadStore, pathspecOf, placeOf } from '../arguments';
import type { Command } from '../command';
import { whyJson } from '../json/why';
import { PARAMS_FILE, SELECTION } from '../options';
import { givenParams } from '../params';
import type { Output } from '../render/output';
import { renderWhy } from '../render/why';
import { selectionOf } from '../selection';

export const command: Command = {
  spec: {
    name: 'why',
    help: 'Say what differs between the last task of a step and now: code, parameters, inputs, environment',
    positionals: ['<flow>', '[step | run/step | run/step/task | run]'],
    options: {
      ...SELECTION,
      origin: {
        type: 'number',
        value: 'run',
        help: 'The run to compare with; default the newest that has the step',
      },
      ...PARAMS_FILE,
    },
    families: ['params'],
    examples: [
      'nx-flow why movies playlist',
      'nx-flow why movies 12/genre/3',
      'nx-flow why movies genre --index=2',
      'nx-flow why movies 13',
    ],
  },

  async execute(context) {
    noMoreThan(context, 2);
    const { output } = context;
    const place = placeOf(context);
    const store = await openReadStore(place, context);
    try {
      const git = gitState(place.workspace);
      const file = await findPlaceFile(place);
      const graph = await loadPlaceFlow(place, file);
      const { run, step } = pathspecOf(context.positionals[1], graph.flow, graph);
      if (run !== undefined && step === undefined && context.options.step === undefined) {
        const row = await requireRun(store, graph.flow, run);
        if (row.reuse) return await ofRun(store, row, output);
      }
      const found = await why({
        ...selectionOf(context, graph),
        graph,
        store,
        params: givenParams(context),
        code: await codeNow(file, graph.flow, place.workspace),
      });
      const now = await git;
      output.write(renderWhy(found, now, output));
      output.result(whyJson(found, now));
      return 0;
    } finally {
      await store.close();
    }
  },
};

/** All that a run with `--reuse` executed. */
async function ofRun(store: Store, row: RunRow, output: Output): Promise<number> {
  const [{ notReused }, { renderNotReused }] = await Promise.all([
    import('../../engine/explain/why/not-reused'),
    import('../render/not-reused'),
  ]);
  const executed = await notReused(store, row);
  output.write(renderNotReused(row, executed, output));
  output.result({ pathspec: `${row.flow}/${row.run}`, reused: row.tasks?.reused ?? 0, executed });
  return 0;
}

/** A file that is never loaded may be broken. The other causes are still reported. */
async function codeNow(file: string, flow: string, root: string) {
  const { fingerprintFlow } = await import('../../source/fingerprint');
  try {
    return fingerprintFlow({ file, flow, root });
  } catch (error) {
    return { error: messageOf(error) };
  }
}
