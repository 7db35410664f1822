/** What comes after the steps that a new one is put behind: the edges that are to lead from the new one. */
import { FlowError } from '@nx-flow/core';
import type { PlacedEdge, PlacedFlow, PlacedInput, PlacedStep } from '@nx-flow/core/source';
import { type Anchor, findStep } from './anchors';
import { titled } from './words';

/** An input of a step, and the edges of it that change. */
export interface Rewired {
  step: PlacedStep;
  input: PlacedInput;
  edges: PlacedEdge[];
}

/**
 * @param before The steps to choose, by name; all where it is left out.
 * @throws FlowError FLOW_COMPUTED_EDGES where an edge may be one of them and cannot be read; FLOW_STEP_NOT_FOUND
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

/** These steps and all that stand before them: of two anchors, one may come after the other. */
function ancestors(steps: readonly PlacedStep[]): Set<PlacedStep> {
  const found = new Set(steps);
  for (const { inputs = [] } of found)
    for (const { edges } of inputs) for (const { from } of edges) found.add(from);
  return found;
}

/** Without `--before`, all that follows is meant: then all of it must be seen. */
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
