/** nx-flow run: a whole flow, recorded. */
import { parseParams } from '../../definition/params';
import { noMoreThan } from '../arguments';
import type { Command } from '../command';
import { RUN_OPTIONS } from '../options';
import { givenParams } from '../params';
import { runCommand } from '../run-command';

export const command: Command = {
  spec: {
    name: 'run',
    help: 'Run a flow from start to end, and record everything',
    positionals: ['<flow>'],
    options: {
      ...RUN_OPTIONS,
      reuse: {
        type: 'boolean',
        help: 'Take tasks over from earlier runs where code and all that they read are equal; time, network and randomness are not seen',
      },
    },
    families: ['params'],
    examples: [
      'nx-flow run movies',
      'nx-flow run movies --params.minVotes=500 --tag=exp1 --max-workers=4',
      'nx-flow run movies --reuse',
    ],
    endsInOrder: true,
  },

  async execute(context) {
    noMoreThan(context, 1);
    return runCommand(context, async ({ graph }) => ({
      params: parseParams(graph, givenParams(context)),
      reuse: context.options.reuse === true,
    }));
  },
};
