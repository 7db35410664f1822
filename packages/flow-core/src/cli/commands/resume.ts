/** nx-flow resume: a new run that takes over what an earlier one finished, and executes the rest. */
import { FlowError } from '../../definition/errors';
import { prepareResume } from '../../engine/resume/resume';
import { importSnapshot } from '../../session/snapshot';
import { namespaceOf, noMoreThan } from '../arguments';
import type { Command, Context } from '../command';
import { givenParams } from '../given';
import { RUN_OPTIONS } from '../options';
import { runCommand } from '../run-command';

export const command: Command = {
  spec: {
    name: 'resume',
    help: 'Run a flow again, taking over what an earlier run finished; the rest is executed',
    positionals: ['<flow>', '[step]'],
    options: {
      step: { type: 'string', value: 'step', help: 'The step to execute again: another way to give it' },
      origin: { type: 'number', value: 'run', help: 'The run to take over from; default the latest' },
      ...RUN_OPTIONS,
    },
    families: ['params'],
    examples: ['nx-flow resume movies', 'nx-flow resume movies byGenre --origin=12'],
  },

  async execute(context) {
    noMoreThan(context, 2);
    const step = stepOf(context);
    return runCommand(context, async (session) => {
      const { graph, store } = session;
      const run = context.options.origin as number | undefined;
      if (run === undefined)
        await importSnapshot(session, context.cwd, context.options.namespace as string | undefined);
      return prepareResume({
        graph,
        store,
        params: givenParams(context),
        namespace: namespaceOf(context),
        ...(run === undefined ? {} : { run }),
        ...(step === undefined ? {} : { step }),
      });
    });
  },
};

/** @throws FlowError FLOW_USAGE */
function stepOf({ positionals: [, position], options }: Context): string | undefined {
  const option = options.step as string | undefined;
  if (position === undefined || option === undefined) return position ?? option;
  const message = `The step is given twice, as "${position}" and by --step=${option}: give it once.`;
  throw new FlowError('FLOW_USAGE', message);
}
