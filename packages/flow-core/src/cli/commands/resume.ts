/** nx-flow resume: a new run that takes over what an earlier one finished, and executes the rest. */
import { prepareResume } from '../../engine/resume';
import type { Command } from '..';
import { givenParams, namespaceOf, noMoreThan } from '../context';
import { executeRun, RUN_OPTIONS } from '../execute-run';

export const command: Command = {
  spec: {
    name: 'resume',
    help: 'Run a flow again, taking over what an earlier run finished; the rest is executed',
    positionals: ['<flow>', '[step]'],
    options: {
      origin: { type: 'number', value: 'run', help: 'The run to take over from; default the latest' },
      ...RUN_OPTIONS,
    },
    families: ['params'],
    examples: ['nx-flow resume movies', 'nx-flow resume movies byGenre --origin=12'],
  },

  async execute(context) {
    noMoreThan(context, 2);
    return executeRun(
      context,
      (graph, store) => {
        const [, step] = context.positionals;
        const run = context.options.origin as number | undefined;
        return prepareResume({
          graph,
          store,
          params: givenParams(context),
          namespace: namespaceOf(context),
          ...(run === undefined ? {} : { run }),
          ...(step === undefined ? {} : { step }),
        });
      },
      ({ takeover }, { emit }) => {
        for (const [step, params] of takeover?.affected ?? []) {
          const read = params.join(' and ');
          emit({ type: 'notice', message: `${step} was executed again: it reads ${read}, which changed` });
        }
      },
    );
  },
};
