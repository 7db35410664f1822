/** The task that a command is about: a pathspec, or a step with options. */
import { FlowError } from '../definition/errors';
import type { Graph } from '../definition/graph';
import { requireStep, type Selection } from '../engine/inputs/selection';
import { namespaceOf, pathspecOf } from './arguments';
import type { Context } from './command';

/** The step, run and task, as a pathspec or by options. @throws FlowError FLOW_USAGE and those of pathspecs */
export function selectionOf(context: Context, graph: Graph): Selection {
  const { options, positionals } = context;
  const given = [positionals[1], options.step as string | undefined].filter((text) => text !== undefined);
  if (given.length === 2) {
    throw new FlowError(
      'FLOW_USAGE',
      `The step is given twice, as "${given[0]}" and by --step=${given[1]}: give it once.`,
    );
  }
  const spec = pathspecOf(given[0], graph.flow, graph);
  const origin = options.origin as number | undefined;
  if (origin !== undefined && spec.run !== undefined && spec.run !== origin) {
    throw new FlowError(
      'FLOW_USAGE',
      `The pathspec names run ${spec.run}, and --origin run ${origin}: give one of them.`,
    );
  }
  const node = requireStep(graph, spec);
  const run = spec.run ?? origin;
  const index = indexOf(options.index as string | undefined);
  const iteration = iterationOf(options.iteration as string | undefined);
  if ((index || iteration !== undefined) && spec.task !== undefined) {
    throw new FlowError(
      'FLOW_USAGE',
      'A task is one split and one iteration already: leave --index and --iteration out, or give run/step only.',
    );
  }
  return {
    step: node.name,
    namespace: namespaceOf(context),
    ...(run === undefined ? {} : { run }),
    ...(spec.task === undefined ? {} : { task: spec.task }),
    ...(index ? { index } : {}),
    ...(iteration === undefined ? {} : { iteration }),
  };
}

function iterationOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new FlowError('FLOW_ITERATION', `--iteration takes one number from 0, not "${text}".`);
}

/** @param text numbers, one for each level @throws FlowError FLOW_INDEX */
export function indexOf(text: string | undefined): number[] | undefined {
  if (text === undefined) return undefined;
  const numbers = text.split(',').map((part) => (/^\d{1,15}$/.test(part.trim()) ? Number(part) : Number.NaN));
  if (numbers.some(Number.isNaN)) {
    throw new FlowError(
      'FLOW_INDEX',
      `--index takes numbers from 0, one for each level, such as 2 or 2,0; not "${text}".`,
    );
  }
  return numbers;
}
