/** nx-flow check: says whether a flow is right, without running it. */
import { relative } from 'node:path';
import { isFlowError } from '../../definition/errors';
import { stem } from '../../source/find';
import type { Command } from '..';
import { findPlaceFile, loadPlaceFlow, noMoreThan, placeOf } from '../context';
import { plural } from '../render/table';

export const command: Command = {
  spec: {
    name: 'check',
    help: 'Check a flow: every problem, each with its place',
    positionals: ['<flow>'],
    options: {},
    families: [],
    examples: ['nx-flow check movies'],
  },

  async execute(context) {
    noMoreThan(context, 1);
    const { output } = context;
    const { colors } = output;
    const place = placeOf(context);
    try {
      const file = await findPlaceFile(place, context);
      const graph = await loadPlaceFlow(place, file);
      const warnings: string[] = [];
      if (graph.flow !== stem(file)) {
        warnings.push(
          `The flow "${graph.flow}" lies in ${relative(context.cwd, file)}: name the file ${graph.flow}.flow.ts, or the flow "${stem(file)}".`,
        );
      }
      for (const { name, options } of graph.steps.values()) {
        const set = Object.entries(options.packages ?? {}).map(([pkg, spec]) => `${pkg}@${spec}`);
        if (set.length > 0) output.write(colors.dim(`${name} has packages of its own: ${set.join(', ')}\n`));
      }
      for (const warning of warnings) output.write(`${colors.yellow('!')} ${warning}\n`);
      output.write(
        `${colors.green('✓')} ${graph.flow}: ${plural(graph.steps.size, 'step')}, ${plural(Object.keys(graph.params).length, 'parameter')}, no problems\n`,
      );
      output.result({ flow: graph.flow, steps: [...graph.steps.keys()], problems: [], warnings });
      return 0;
    } catch (error) {
      if (!isFlowError(error) || error.code !== 'FLOW_INVALID') throw error;
      for (const { where, message, code } of error.problems) {
        const at = where ? `${relative(context.cwd, where)}  ` : '';
        output.write(`${colors.red('✗')} ${at}${message} ${colors.dim(code)}\n`);
      }
      output.write(`\n${plural(error.problems.length, 'problem')}\n`);
      output.result({ problems: error.problems, warnings: [] });
      return 2;
    }
  },
};
