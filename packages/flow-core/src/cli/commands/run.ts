/** nx-flow run: a whole flow, recorded. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { parseParams } from '../../definition/params';
import { ProcessPool } from '../../engine/process-pool';
import { runFlow } from '../../engine/run';
import { currentUser } from '../../source/user';
import type { Command } from '..';
import { findPlaceFile, loadPlaceFlow, namespaceOf, noMoreThan, openPlaceStore, placeOf } from '../context';
import { gitState } from '../git';
import { runRenderer } from '../render/run';

export const command: Command = {
  spec: {
    name: 'run',
    help: 'Run a flow from start to end, and record everything',
    positionals: ['<flow>'],
    options: {
      'max-workers': { type: 'number', help: 'Tasks at once; default the number of cores' },
      tag: {
        type: 'string',
        many: true,
        value: 'tag',
        help: 'A tag for the run; may be given several times',
      },
      bail: { type: 'boolean', help: 'Start no task after the first failure' },
    },
    families: ['params'],
    examples: ['nx-flow run movies', 'nx-flow run movies --params.minVotes=500 --tag=exp1 --max-workers=4'],
  },

  async execute(context) {
    noMoreThan(context, 1);
    const { output, options, signal } = context;
    const place = placeOf(context);
    const store = openPlaceStore(place);
    const workers = (options['max-workers'] as number | undefined) ?? availableParallelism();
    let pool: ProcessPool | undefined;
    try {
      const file = await findPlaceFile(place, context);
      // The first worker imports the flow while this process does.
      pool = new ProcessPool({ file, flow: place.flow, cas: join(place.store, 'cas'), max: workers }).warm();
      const graph = await loadPlaceFlow(place, file);
      const params = parseParams(graph, context.params);
      const renderer = runRenderer(graph, output, place.workspace);
      const outcome = await runFlow({
        graph,
        store,
        params,
        user: currentUser(),
        namespace: namespaceOf(context),
        tags: (options.tag as string[] | undefined) ?? [],
        cwd: place.workspace,
        emit: renderer.emit,
        workers,
        bail: options.bail === true,
        signal,
        file: relative(place.workspace, file),
        code: createHash('sha256')
          .update(await readFile(file))
          .digest('hex'),
        git: gitState(place.workspace),
        pool: (host) => (pool as ProcessPool).attach(host),
      });
      renderer.end(outcome);
      const { pathspec, status, durationMs, tasks, error } = outcome;
      output.result({
        pathspec,
        status,
        durationMs: Math.round(durationMs),
        tasks,
        ...(error ? { error: { name: error.name, message: error.message, code: error.code } } : {}),
      });
      return status === 'done' ? 0 : 1;
    } finally {
      await pool?.close();
      await store.close();
    }
  },
};
