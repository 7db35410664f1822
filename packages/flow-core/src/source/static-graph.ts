/** The graph of a flow as its source shows it: for whoever must know the edges and cannot import the file. */
import type { Problem } from '../definition/errors';
import type { Graph, StepNode } from '../definition/graph';
import { findProblems } from '../definition/validate';
import type { SourceFlow, SourceStep } from './parse';

/** Options that shape the graph: a step for which one is computed is not known by its source. */
const SHAPING = ['...', 'after', 'over', 'on', 'cases', 'while', 'max', 'drop', 'catch'];

/** The steps of which everything before them is written out, parents first. */
export function knownSteps(flow: SourceFlow): SourceStep[] {
  const names = flow.steps.map(({ name }) => name);
  const plain = flow.steps.filter(
    ({ name, inputs, computed }) =>
      inputs !== undefined &&
      names.indexOf(name) === names.lastIndexOf(name) &&
      !computed.some((option) => SHAPING.includes(option)),
  );
  const known = new Map<string, SourceStep>();
  // `f.end(f.step(…))` declares the last step inside the end: parents come first all the same.
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

/** Undefined where a part of it is computed. Its steps have no bodies, and its parameters no schemas. */
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

/** What is wrong with a flow's graph, by its source alone; undefined where a part of it is computed. */
export function graphProblems(flow: SourceFlow): Problem[] | undefined {
  const graph = staticGraph(flow);
  if (!graph) return undefined;
  const body = () => ({});
  const steps = new Map([...graph.steps].map(([name, node]) => [name, { ...node, body }]));
  return findProblems({ ...graph, steps }, [...steps.values()]);
}

function nodeOf({ name, kind, inputs = [], options }: SourceStep): StepNode {
  const { over, on, cases, while: goesOn, max } = options as Partial<StepNode>;
  return {
    name,
    kind: kind as StepNode['kind'],
    inputs,
    ...(over === undefined ? {} : { over }),
    ...(on === undefined ? {} : { on }),
    ...(cases === undefined ? {} : { cases }),
    ...(goesOn === undefined ? {} : { while: goesOn }),
    ...(max === undefined ? {} : { max }),
    options: {},
    where: nowhere,
  };
}

const nowhere = () => undefined;
