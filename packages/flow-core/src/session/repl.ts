/** A prompt in the place of a step's body: it sees what the step would see, and nothing that it does is stored. */
import type { AnyBody, Graph } from '../definition/graph';
import type { Overrides } from '../engine/inputs/override';
import type { Selection } from '../engine/inputs/selection';
import { perform } from '../engine/pool/perform';
import { spin } from '../engine/spin/spin';
import type { Emit, SpinStarted } from '../engine/task/flow-event';
import type { View } from '../engine/task/view';
import { stepsBegin } from '../source/late-failures';
import type { Session } from './session';
import { graphWithPackages } from './spin';

export interface ReplRequest {
  selection: Selection;
  params: Record<string, unknown>;
  overrides?: Overrides;
  set: Record<string, unknown>;
  emit: Emit;
  /** Called once, with what the body would be called with. The prompt ends when it settles. */
  prompt(context: object, started: SpinStarted): Promise<void>;
}

/** @throws FlowError for bad usage, and for inputs that are not there */
export async function openRepl(session: Session, request: ReplRequest): Promise<void> {
  const { store, user, workspace } = session;
  const { selection, params, overrides, set, emit, prompt } = request;
  const graph = await graphWithPackages(session, selection.step, emit);
  let started: SpinStarted | undefined;
  let left = false;
  const body = async (context: object) => {
    await prompt(context, started as SpinStarted);
    left = true;
  };
  // What is typed is not what the file of the flow does.
  stepsBegin();
  const { thrown } = await spin({
    ...{ graph, store, user, selection, params, set, cwd: workspace },
    ...(overrides ? { overrides } : {}),
    log: () => {},
    emit(event) {
      if (event.type === 'spin-started') started = event;
      else emit(event);
    },
    elsewhere: ({ run, spec, views, artifacts }) =>
      perform({
        ...{ graph: withBody(graph, selection.step, body as AnyBody), run, spec, artifacts },
        view: (label) => views.get(label) as View,
        log: (stream, text) => void process[stream].write(text),
      }),
  });
  // A prompt returns nothing for a foreach to split, or for a switch to decide on.
  if (!left && thrown !== undefined) throw thrown;
}

/** The graph with another body for one step. */
function withBody(graph: Graph, step: string, body: AnyBody): Graph {
  const steps = [...graph.steps].map(
    ([name, node]) => [name, name === step ? { ...node, body } : node] as const,
  );
  return { ...graph, steps: new Map(steps) };
}
