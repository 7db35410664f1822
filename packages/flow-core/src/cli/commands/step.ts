/** nx-flow step: one step on what the steps before it handed over; what the targets `spin-<step>` execute. */
import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { relative } from 'node:path';
import { FlowError } from '../../definition/errors';
import type { StepNode } from '../../definition/graph';
import { parseParams } from '../../definition/params';
import { Draft, executeStep } from '../../engine/handover/step';
import { isKept, keyOf, logsOf } from '../../engine/handover/valid';
import { requireStep } from '../../engine/inputs/selection';
import { stepFolder } from '../../engine/outputs/layout';
import { renameManifest } from '../../engine/outputs/manifest';
import { ProcessPool } from '../../engine/pool/process-pool';
import { currentUser, ownNamespace } from '../../environment/user';
import { findPlaceFile, loadPlaceFlow } from '../../session/place';
import { noMoreThan, placeOf } from '../arguments';
import type { Command } from '../command';
import { givenParams } from '../given';
import { PARAMS_FILE } from '../options';
import { tellUncached } from '../render/output';
import { stepRenderer } from '../render/step';

export const command: Command = {
  spec: {
    name: 'step',
    help: 'Execute one step on what the steps before it handed over in dist/flow; nothing is recorded',
    positionals: ['<flow>', '<step>'],
    options: {
      'max-workers': { type: 'number', help: 'Tasks at once; default the number of cores' },
      ...PARAMS_FILE,
    },
    families: ['params'],
    examples: ['nx-flow step movies genre'],
  },

  async execute(context) {
    noMoreThan(context, 2);
    const { output, options, signal, positionals } = context;
    for (const option of ['store', 'namespace'].filter((name) => options[name] !== undefined)) {
      throw new FlowError(
        'FLOW_OPTION',
        `step has no option --${option}: it records nothing, and reads no run.`,
      );
    }
    const place = placeOf(context);
    const file = await findPlaceFile(place, context);
    process.chdir(place.workspace);
    const workers = (options['max-workers'] as number | undefined) ?? availableParallelism();
    const draft = new Draft(place.workspace);
    const pool = new ProcessPool({ file, flow: place.flow, cas: draft.cas, max: workers, with: [] }).warm();
    try {
      const graph = await loadPlaceFlow(place, file);
      const { name: step } = requireStep(graph, positionals[1] === undefined ? {} : { step: positionals[1] });
      const folder = stepFolder(place.workspace, graph.flow, step);
      const outputPath = relative(place.workspace, folder);
      const user = currentUser();
      const namespace = ownNamespace();
      const given = givenParams(context);
      const key =
        context.stepKey === undefined
          ? undefined
          : keyOf({
              ...{ graph, workspace: place.workspace, user, namespace },
              step: graph.steps.get(step) as StepNode,
              given: context.stepKey,
              params: given,
            });
      if (key !== undefined && !context.again && isKept(folder, key)) {
        if (context.task !== undefined) renameManifest(folder, context.task);
        output.write(
          `${output.colors.green('kept')} what ${graph.flow}/${step} left in ${outputPath}: nothing that it depends on has changed\n`,
        );
        // A cache that keeps this output hands it to others: what the step printed belongs to it.
        for (const log of logsOf(folder)) output.write(log);
        output.result({ step, status: 'done', kept: true, outputPath });
        return 0;
      }
      const renderer = stepRenderer(graph, step, output, place.workspace);
      const result = await executeStep(
        {
          graph,
          step,
          workspace: place.workspace,
          params: parseParams(graph, given),
          given: digestOfParams(given),
          user,
          namespace,
          workers,
          emit: renderer.emit,
          pool: (host) => pool.attach(host),
          signal,
          ...(key === undefined ? {} : { key }),
          ...(context.task === undefined ? {} : { task: context.task }),
          ...(context.moved ? { moved: context.moved } : {}),
        },
        draft,
      );
      renderer.end(result, relative(context.cwd, result.folder) || '.');
      tellUncached(result.moved, output);
      const { status, durationMs, tasks, error } = result.outcome;
      output.result({
        step,
        status: status === 'failed' ? 'failed' : 'done',
        taken: result.seen?.taken ?? null,
        durationMs: Math.round(durationMs),
        tasks: { done: tasks.done, failed: tasks.failed },
        outputPath,
        ...(error ? { error: { name: error.name, message: error.message, code: error.code } } : {}),
      });
      return status === 'failed' ? 1 : 0;
    } finally {
      await pool.close();
      draft.remove();
    }
  },
};

/** Whatever the order in which they were given. What files hold that they name is not told: a step may write one. */
function digestOfParams(given: Record<string, unknown>): string {
  const sorted = Object.entries(given).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex');
}
