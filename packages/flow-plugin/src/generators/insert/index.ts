/** Inserts a step into a flow's text. The steps that followed its anchors then follow the new step. */
import { FlowError } from '@nx-flow/core';
import {
  graphProblems,
  type PlacedFlow,
  type Positions,
  readLinks,
  readPositions,
  stepNameProblem,
} from '@nx-flow/core/source';
import { identifier } from '../identifier';
import { type Anchor, anchorsOf } from './anchors';
import { importCore } from './core-import';
import { foreachText, gatherText, joinText, type NewStep, stepText } from './declare';
import { applyEdits, type Edit } from './edits';
import { followersOf, type Rewired } from './followers';
import { insertDeclarations } from './position';
import { rewire } from './rewire';
import { styleOf } from './style';
import { listed } from './words';

export interface StepRequest {
  /** The file from the workspace's root, for places in messages. */
  file: string;
  text: string;
  /** The flow's name. By default the only flow of the file. */
  flow?: string;
  name: string;
  after: string;
  before?: readonly string[];
  /** Insert a foreach over this artifact with its join, instead of a step. */
  foreach?: { over: string; join: string };
}

export interface Inserted {
  text: string;
  flow: string;
  /** The new steps and their consts, in order. */
  steps: { name: string; handle: string }[];
  anchors: Anchor[];
  rewired: Rewired[];
}

/** @throws FlowError with the place to edit by hand, when the step cannot be inserted */
export function insertStep(request: StepRequest): Inserted {
  const places = readPositions(request.file, request.text);
  const flow = flowOf(places, request);
  const anchors = anchorsOf(request.after, flow, request.file);
  const { name, foreach, file } = request;
  for (const one of [name, ...(foreach ? [foreach.join] : [])]) refuseName(one, flow, file);
  if (foreach?.join === name)
    throw new FlowError('FLOW_STEP_TWICE', `The join of "${name}" needs a name of its own: --join=<name>.`);
  const rewired = followersOf(anchors, flow, request.file, request.before);
  const before = (graphProblems(flow.source) ?? []).map(({ message }) => message);
  let first: FlowError | undefined;
  for (const shape of shapesOf(request, anchors)) {
    const inserted = insert(request, places, flow, anchors, rewired, shape);
    const [after] = readPositions(request.file, inserted.text).flows.filter(
      ({ variable }) => variable === flow.variable,
    );
    const problem = (after && graphProblems(after.source))?.find(({ message }) => !before.includes(message));
    if (!problem) return inserted;
    first ??= new FlowError(problem.code, `The flow would not check any more. ${problem.message}`);
  }
  throw first;
}

type Shape = 'step' | 'gather' | 'oneOf' | 'foreach';

/** Several steps are gathered if they are branches; arms of a switch are alternatives. The rules decide which. */
function shapesOf({ foreach }: StepRequest, anchors: readonly Anchor[]): Shape[] {
  if (foreach) {
    if (anchors.length === 1) return ['foreach'];
    throw new FlowError(
      'FLOW_USAGE',
      'A foreach comes after one step: gather the branches in a step before it.',
    );
  }
  if (anchors.length === 1) return ['step'];
  const steps = new Set(anchors.map(({ step }) => step));
  return steps.size === anchors.length ? ['gather', 'oneOf'] : ['oneOf'];
}

function insert(
  { file, text, name, foreach }: StepRequest,
  places: Positions,
  flow: PlacedFlow,
  anchors: Anchor[],
  rewired: Rewired[],
  shape: Shape,
): Inserted {
  const like = (anchors[0] as Anchor).step;
  const style = styleOf(text, flow.steps, like);
  const taken = new Set(places.names);
  const steps: NewStep[] = [];
  const add = (step: string): NewStep => {
    const handle = identifier(step, taken, 'Step');
    taken.add(handle);
    const { exported } = like.statement;
    const made = { flow: flow.variable, name: step, handle, exported, style };
    steps.push(made);
    return made;
  };
  const edits: Edit[] = [];
  const use = (core: string) => {
    const { local, edits: more } = importCore(core, text, places, taken, style);
    edits.push(...more);
    return local;
  };
  const step = add(name);
  const declarations: string[] = [];
  if (shape === 'gather') declarations.push(gatherText(step, anchors, use('merge')));
  else if (shape === 'foreach' && foreach) {
    declarations.push(foreachText(step, anchors[0] as Anchor, foreach.over));
    declarations.push(joinText(add(foreach.join), step.handle, use('merge')));
  } else declarations.push(stepText(step, anchors, anchors.length > 1 ? use('oneOf') : ''));
  const { handle } = steps.at(-1) as NewStep;
  edits.push(insertDeclarations(declarations, text, places, anchors, rewired, style, file));
  edits.push(...rewired.map((one) => rewire(text, one, handle)));
  return { text: applyEdits(text, edits), flow: flow.source.name, steps, anchors, rewired };
}

function flowOf({ flows }: Positions, { file, text, flow }: StepRequest): PlacedFlow {
  const found = flow === undefined ? flows : flows.filter(({ source }) => source.name === flow);
  const [only] = found;
  if (found.length === 1 && only) return only;
  if (flows.length > 1) {
    const names = flows.map(({ source }) => source.name).join(', ');
    throw new FlowError('FLOW_AMBIGUOUS', `${file} has several flows: give the name of one (${names}).`);
  }
  const local = readLinks(file, text).modules.filter((module) => module.startsWith('.'));
  const where =
    local.length > 0 ? `its steps lie in ${listed(local)}` : 'its steps cannot be read from there';
  throw new FlowError(
    'FLOW_NOT_WRITTEN_OUT',
    `${file} does not make its flow by flow('…') itself: ${where}, so add this one by hand.`,
  );
}

function refuseName(name: string, { source, steps }: PlacedFlow, file: string): void {
  const problem = stepNameProblem(name);
  if (problem) throw new FlowError(problem.code, problem.message);
  const same = steps.find((step) => step.name === name);
  if (!same) return;
  const message = `There is a step "${name}" in ${source.name} already (${file}:${same.line}): choose another name.`;
  throw new FlowError('FLOW_STEP_TWICE', message);
}
