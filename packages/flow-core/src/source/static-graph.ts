/** The graph of a flow as its source shows it, for callers that need the edges and cannot import the file. */
import type { Problem } from '../definition/errors';
import type { Graph, StepNode } from '../definition/graph';
import { findProblems } from '../definition/validate';
import type { SourceFlow, SourceStep } from './parse';

/** Options that shape the graph. When one is computed, the source does not show the step. */
const SHAPING = ['...', 'after', 'over', 'on', 'cases', 'while', 'max', 'drop', 'catch'];

/** The steps whose ancestors are all literal, parents first. */
export function knownSteps(flow: SourceFlow): SourceStep[] {
  const names = flow.steps.map(({ name }) => name);
  const plain = flow.steps.filter(
    ({ name, inputs, computed }) =>
      inputs !== undefined &&
      names.indexOf(name) === names.lastIndexOf(name) &&
      !computed.some((option) => SHAPING.includes(option)),
  );
  const known = new Map<string, SourceStep>();
  // `f.end(f.step(…))` declares the last step inside the end. Parents still come first.
  for (let before = -1; before < known.size; ) {
    before = known.size;
    for (const step of plain) {
      if (parentsOf(step).every((parent) => known.has(parent))) known.set(step.name, step);
    }
  }
  return [...known.values()];
}

/** The names of a step's parents, each once. */
export function parentsOf({ inputs = [] }: SourceStep): string[] {
  return [...new Set(inputs.flatMap(({ from }) => from.map((edge) => edge.from)))];
}

/** Returns undefined when a part of the graph is computed. Steps have no bodies, parameters no schemas. */
export function staticGraph(flow: SourceFlow): Graph | undefined {
  const known = knownSteps(flow);
  const whole = flow.unnamed.length === 0 && known.length === flow.steps.length;
  if (!whole || !known.some(({ kind }) => kind === 'end')) return undefined;
  return {
    flow: flow.name,
    params: {},
    codecs: [],
    steps: new Map(known.map((step) => [step.name, nodeOf(step)])),
    where: nowhere,
  };
}

/** The problems of a flow's graph, from its source alone. Undefined when a part of it is computed. */
export function graphProblems(flow: SourceFlow): Problem[] | undefined {
  const graph = staticGraph(flow);
  if (!graph) return undefined;
  const body = () => ({});
  const steps = new Map([...graph.steps].map(([name, node]) => [name, { ...node, body }]));
  const inputs = Array.isArray(flow.inputs) ? { inputs: flow.inputs } : {};
  return findProblems({ ...graph, ...inputs, steps }, [...steps.values()]);
}

function nodeOf({ name, kind, inputs = [], options }: SourceStep): StepNode {
  const { over, on, cases, while: goesOn, max } = options as Partial<StepNode>;
  const { secrets } = options as StepNode['options'];
  return {
    name,
    kind: kind as StepNode['kind'],
    inputs,
    ...(over === undefined ? {} : { over }),
    ...(on === undefined ? {} : { on }),
    ...(cases === undefined ? {} : { cases }),
    ...(goesOn === undefined ? {} : { while: goesOn }),
    ...(max === undefined ? {} : { max }),
    options: secrets === undefined ? {} : { secrets },
    where: nowhere,
  };
}

const nowhere = () => undefined;
