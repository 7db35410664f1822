/** nx-flow step: executes one step on the handovers of earlier steps. The targets `spin-<step>` call it. */
import { availableParallelism } from 'node:os';
import { FlowError } from '../../definition/errors';
import { executeStepOf } from '../../session/step';
import { noMoreThan, placeOf } from '../arguments';
import type { Command } from '../command';
import { exitOf } from '../exit-of';
import { stepJson } from '../json/step';
import { PARAMS_FILE } from '../options';
import { givenParams } from '../params';
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
    endsInOrder: true,
  },

  async execute(context) {
    noMoreThan(context, 2);
    const { output, options, signal, positionals, cwd } = context;
    for (const option of ['store', 'namespace'].filter((name) => options[name] !== undefined)) {
      throw new FlowError(
        'FLOW_OPTION',
        `step has no option --${option}: it records nothing, and reads no run.`,
      );
    }
    const place = placeOf(context);
    const [, step] = positionals;
    const done = await executeStepOf(place, {
      ...{ step, signal },
      hide: output.hide,
      params: givenParams(context),
      workers: (options['max-workers'] as number | undefined) ?? availableParallelism(),
      ...(context.codeKey === undefined ? {} : { codeKey: context.codeKey }),
      ...(context.force ? { force: true } : {}),
      ...(context.task === undefined ? {} : { task: context.task }),
      ...(context.codeChanged ? { codeChanged: context.codeChanged } : {}),
      emit: stepRenderer(step ?? '', output, place.workspace, cwd),
    });
    output.result(stepJson(done));
    return done.type === 'step-done' && done.status === 'failed' ? exitOf(done.error) : 0;
  },
};
