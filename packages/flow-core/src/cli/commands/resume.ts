/** nx-flow resume: a new run that takes over the finished tasks of an earlier one and executes the rest. */
import { FlowError } from '../../definition/errors';
import type { Graph } from '../../definition/graph';
import { prepareResume } from '../../engine/resume/resume';
import { importSnapshot } from '../../session/snapshot';
import { namespaceOf, noMoreThan, pathspecOf } from '../arguments';
import type { Command, Context } from '../command';
import { RUN_OPTIONS } from '../options';
import { givenParams } from '../params';
import { runCommand } from '../run-command';

export const command: Command = {
  spec: {
    name: 'resume',
    help: 'Run a flow again, taking over what an earlier run finished; the rest is executed',
    positionals: ['<flow>', '[step | run | run/step]'],
    options: {
      step: { type: 'string', value: 'step', help: 'The step to execute again: another way to give it' },
      origin: { type: 'number', value: 'run', help: 'The run to take over from; default the latest' },
      ...RUN_OPTIONS,
    },
    families: ['params'],
    examples: ['nx-flow resume movies', 'nx-flow resume movies byGenre --origin=12'],
    endsInOrder: true,
  },

  async execute(context) {
    noMoreThan(context, 2);
    return runCommand(context, async (session) => {
      const { graph, store } = session;
      const until = context.options.until as string | undefined;
      const origin = originOf(context, graph);
      if (origin.run === undefined)
        await importSnapshot(session, context.cwd, context.options.namespace as string | undefined);
      return prepareResume({
        graph,
        store,
        params: givenParams(context),
        namespace: namespaceOf(context),
        ...origin,
        ...(until === undefined ? {} : { until }),
      });
    });
  },
};

/** The run to take over from and the first step to execute again. @throws FlowError FLOW_USAGE, FLOW_PATHSPEC */
function originOf(context: Context, graph: Graph): { run?: number; step?: string } {
  const [, position] = context.positionals;
  const { step: option, origin } = context.options as { step?: string; origin?: number };
  if (position !== undefined && option !== undefined) {
    const message = `The step is given twice, as "${position}" and by --step=${option}: give it once.`;
    throw new FlowError('FLOW_USAGE', message);
  }
  const spec = pathspecOf(position ?? option, graph.flow, graph);
  if (spec.run !== undefined && origin !== undefined && spec.run !== origin) {
    const message = `The pathspec names run ${spec.run}, and --origin run ${origin}: give one of them.`;
    throw new FlowError('FLOW_USAGE', message);
  }
  const run = spec.run ?? origin;
  return { ...(run === undefined ? {} : { run }), ...(spec.step === undefined ? {} : { step: spec.step }) };
}
