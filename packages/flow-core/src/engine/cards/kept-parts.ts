/** What a task showed in cards that all tasks of its step have together, as it is kept: with its place, and without secrets. */
import type { CardPart, PlacedPart } from '../../card';
import { renderBlocks } from '../../card/render';
import type { Graph } from '../../definition/graph';
import type { TaskPart } from '../../definition/step-cards';
import type { Frame } from '../task/task';
import { shownId } from './render-cards';

/** Where a task stands. */
export interface TaskPlace {
  /** Outermost first. */
  stack: readonly Pick<Frame, 'index' | 'count'>[];
  iteration?: number | undefined;
}

export interface KeptPart {
  id: string;
  part: PlacedPart;
}

export function keptParts(
  graph: Graph,
  place: TaskPlace,
  parts: readonly TaskPart[],
  failed: boolean,
): KeptPart[] {
  const without = graph.secrets ? withoutSecrets(graph) : (one: TaskPart) => one;
  return parts.map(without).map(({ id, part }) => ({
    id,
    part: { ...placedPart(place, part), ...(failed ? { failed } : {}) },
  }));
}

export function placedPart({ stack, iteration }: TaskPlace, part: CardPart): PlacedPart {
  const [frame] = stack;
  return {
    ...part,
    index: stack.map(({ index }) => index),
    ...(iteration === undefined ? {} : { iteration }),
    ...(frame && stack.length === 1 ? { of: frame.count } : {}),
  };
}

/** Markup is made of it when it is looked at, where nobody knows the secrets: what would put one together is left out. */
function withoutSecrets(graph: Graph): (one: TaskPart) => TaskPart {
  const { secretsOf } = require('../secrets/secrets') as typeof import('../secrets/secrets');
  const hide = secretsOf(graph).maskIn;
  const taken = new Set<string>();
  return ({ id, part }) => {
    const hidden = hide(part);
    const { html } = renderBlocks({ version: 1, blocks: hidden.blocks });
    const blocks: PlacedPart['blocks'] =
      hide(html) === html
        ? hidden.blocks
        : [{ type: 'error', title: 'This is not shown', text: 'It would show a secret of the flow.' }];
    return { id: shownId(id, hide, taken), part: { ...hidden, blocks } };
  };
}
