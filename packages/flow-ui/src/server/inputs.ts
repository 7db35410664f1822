/** What a step would be executed on. Remembers where the values lie that were told last, so that they can be shown. */
import { FlowError, type FoundInput } from '@nx-flow/core/ui';
import type { InputsReply, SpinChoice } from '../api/routes';
import type { Questions } from './flows/questions';

/** Choices that are remembered. */
const REMEMBERED = 20;

export interface InputPlace {
  task: string;
  name: string;
  path: readonly (string | number)[];
}

export interface FindInputs {
  /** Of a join: the first of its inputs that is told. */
  from: number;
  signal: AbortSignal;
}

export class Inputs {
  readonly #questions: Questions;
  readonly #namespace: string | undefined;
  readonly #places = new Map<string, Map<string, InputPlace>>();

  constructor(questions: Questions, namespace: string | undefined) {
    this.#questions = questions;
    this.#namespace = namespace;
  }

  /** @throws FlowError FLOW_NO_INPUTS and what else the flow says */
  async find(choice: SpinChoice, { from, signal }: FindInputs): Promise<InputsReply> {
    const { flow, step, run, task, index } = choice;
    const asked = {
      ...{ step, from, namespace: this.#namespace },
      ...(run === undefined ? {} : { run }),
      ...(task === undefined ? {} : { task }),
      ...(index === undefined || index.length === 0 ? {} : { index }),
    };
    const found = await this.#questions.ask(flow, { ask: 'inputs', choice: asked }, signal);
    const settled: InputsReply['choice'] = {
      ...{ flow, step },
      ...(found.run === undefined ? {} : { run: found.run }),
      ...(found.task === undefined ? {} : { task: found.task }),
      index: found.index,
    };
    // What was told before of the same join stays.
    const known = from > 0 ? this.#places.get(keyOf(settled)) : undefined;
    const places = new Map([...(known ?? []), ...placesOf(flow, found.inputs)]);
    this.#remember(choice, places);
    this.#remember(settled, places);
    const { origin, joined, splits, splitsOf } = found;
    return {
      ...{ choice: settled, origin, splits, splitsOf },
      inputs: found.inputs.map((one) => entryOf(flow, one)),
      ...(joined ? { joined } : {}),
    };
  }

  /** @throws FlowError FLOW_ARTIFACT_NOT_FOUND */
  placeOf(choice: SpinChoice, name: string): InputPlace {
    const place = this.#places.get(keyOf(choice))?.get(name);
    if (place) return place;
    throw new FlowError(
      'FLOW_ARTIFACT_NOT_FOUND',
      `The input "${name}" is not known any more: look at the inputs again.`,
    );
  }

  #remember(choice: SpinChoice, places: Map<string, InputPlace>): void {
    const key = keyOf(choice);
    this.#places.delete(key);
    this.#places.set(key, places);
    for (const oldest of this.#places.keys()) {
      if (this.#places.size <= REMEMBERED) break;
      this.#places.delete(oldest);
    }
  }
}

const keyOf = ({ flow, step, run, task, index = [] }: SpinChoice) =>
  JSON.stringify([flow, step, run, task, index]);

function placesOf(flow: string, inputs: readonly FoundInput[]): Map<string, InputPlace> {
  return new Map(
    inputs.flatMap(({ name, at, path = [] }) => {
      if (!at) return [];
      return [[name, { task: `${flow}/${at.run}/${at.step}/${at.task}`, name: at.name, path }]];
    }),
  );
}

function entryOf(flow: string, { at, path: _, ...entry }: FoundInput): InputsReply['inputs'][number] {
  return { ...entry, ...(at ? { pathspec: `${flow}/${at.run}/${at.step}/${at.task}` } : {}) };
}
