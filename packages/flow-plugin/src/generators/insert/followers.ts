/** Finds the edges after the anchors of a new step: they will lead from the new step instead. */
import { FlowError } from '@nx-flow/core';
import type { PlacedEdge, PlacedFlow, PlacedInput, PlacedStep } from '@nx-flow/core/source';
import { type Anchor, findStep } from './anchors';
import { titled } from './words';

/** An input of a step, and those of its edges that change. */
export interface Rewired {
  step: PlacedStep;
  input: PlacedInput;
  edges: PlacedEdge[];
}

/**
 * @param before names of the following steps to choose; default all
 * @throws FlowError FLOW_COMPUTED_EDGES when an edge that may be one of them is computed; FLOW_STEP_NOT_FOUND
 */
export function followersOf(
  anchors: readonly Anchor[],
  flow: PlacedFlow,
  file: string,
  before: readonly string[] | undefined,
): Rewired[] {
  const earlier = ancestors(anchors.map(({ step }) => step));
  const rewired = flow.steps
    .filter((step) => !earlier.has(step))
    .flatMap((step) =>
      (step.inputs ?? []).map((input) => ({ step, input, edges: edgesFrom(anchors, input) })),
    )
    .filter(({ edges }) => edges.length > 0);
  if (before === undefined) {
    refuseUnseen(anchors, flow, file, rewired);
    return rewired;
  }
  const chosen = before.map((name) => findStep(name, flow));
  for (const step of chosen) requireFollower(step, anchors, rewired, file);
  return rewired.filter(({ step }) => chosen.includes(step));
}

function edgesFrom(anchors: readonly Anchor[], { edges }: PlacedInput): PlacedEdge[] {
  return edges.filter((edge) => anchors.some(({ step, when }) => edge.from === step && edge.when === when));
}

/** These steps and all their ancestors: one anchor may come after another. */
function ancestors(steps: readonly PlacedStep[]): Set<PlacedStep> {
  const found = new Set(steps);
  for (const { inputs = [] } of found)
    for (const { edges } of inputs) for (const { from } of edges) found.add(from);
  return found;
}

/** Without `--before`, all following steps are meant. Then none may be computed. */
function refuseUnseen(
  anchors: readonly Anchor[],
  { steps }: PlacedFlow,
  file: string,
  rewired: readonly Rewired[],
): void {
  const first = Math.min(...anchors.map(({ step }) => step.start));
  const names = anchors.map(({ step }) => `"${step.name}"`).join(' or ');
  const unseen = steps.filter(({ inputs, start }) => inputs === undefined && start > first);
  const passed = anchors.flatMap(({ step }) => step.passedOn ?? []);
  const [place] = [...unseen, ...passed];
  if (!place) return;
  const [step] = unseen;
  const why = step
    ? `What ${titled(step)} comes after is computed, and may be ${names}`
    : `${names} is used for more than edges there, and steps that are not seen may come after it`;
  const others = rewired.map(({ step: { name } }) => name).filter(Boolean);
  const way = others.length > 0 ? `, or choose what is to follow, such as --before=${others[0]}` : '';
  throw new FlowError('FLOW_COMPUTED_EDGES', `${why} (${file}:${place.line}): edit it by hand${way}.`);
}

function requireFollower(
  step: PlacedStep,
  anchors: readonly Anchor[],
  rewired: readonly Rewired[],
  file: string,
): void {
  if (rewired.some((one) => one.step === step)) return;
  if (step.inputs === undefined) {
    const message = `What ${titled(step)} comes after is computed (${file}:${step.line}): edit it by hand.`;
    throw new FlowError('FLOW_COMPUTED_EDGES', message);
  }
  const names = anchors.map(({ step: { name } }) => `"${name}"`).join(' or ');
  const after = [...new Set(rewired.map(({ step: { name } }) => name))].filter(Boolean);
  const hint =
    after.length === 0
      ? ''
      : after.length === 1
        ? ` Only ${after[0]} does.`
        : ` These do: ${after.join(', ')}.`;
  throw new FlowError('FLOW_STEP_NOT_FOUND', `"${step.name}" does not come after ${names}.${hint}`);
}
