/** `--without`: options of the steps that are left out. */
import { FlowError } from './errors';
import type { Graph, StepNode } from './graph';
import { STEP_OPTIONS, type StepOption, stepOptions } from './options';

/** What a step is, no less than its body; and what is secret, which stays so. */
const STAY = ['secrets', 'card', 'over', 'empty', 'on', 'cases', 'while', 'max'];

const NAMES: string[] = stepOptions.map(([name]) => name).filter((name) => !STAY.includes(name));

/**
 * The names in what was given, one or several in a text.
 *
 * @example
 * ```ts
 * optionsWithout(['timeout,env', 'packages']); // ['timeout', 'env', 'packages']
 * ```
 * @throws FlowError FLOW_WITHOUT
 */
export function optionsWithout(texts: readonly string[]): string[] {
  const names = texts.flatMap((text) => text.split(',').map((name) => name.trim()));
  const wrong = names.find((name) => !NAMES.includes(name));
  if (wrong === undefined) return [...new Set(names)];
  const known: StepOption | undefined = Object.hasOwn(STEP_OPTIONS, wrong)
    ? STEP_OPTIONS[wrong as keyof typeof STEP_OPTIONS]
    : undefined;
  const why =
    wrong === 'secrets'
      ? 'what is secret stays secret'
      : known
        ? 'that option cannot be left out'
        : 'no step has such an option';
  throw new FlowError('FLOW_WITHOUT', `--without=${wrong}: ${why}. There are: ${NAMES.join(', ')}.`);
}

/** The flow with steps that do not have these options. */
export function withoutOptions(graph: Graph, names: readonly string[]): Graph {
  const steps = [...graph.steps].map(([name, node]): [string, StepNode] => {
    const left = Object.entries(node.options).filter(([option]) => !names.includes(option));
    const { share, ...others } = node;
    const kept = share === undefined || names.includes('share') ? {} : { share };
    return [name, { ...others, ...kept, options: Object.fromEntries(left) }];
  });
  return { ...graph, steps: new Map(steps) };
}
