/** What a task showed as it is kept: with the default card where its step has the option, and without secrets. */

import type { CardDocument } from '../../card/document';
import type { Graph } from '../../definition/graph';
import { OWN_CARD, type TaskCard } from '../../definition/step-cards';
import { type KeptCard, renderCards } from './render-cards';
import type { TaskFacts } from './task-facts';

/** @param facts what the default card tells; undefined where the step does not have it */
export async function keptCards(
  graph: Graph,
  shown: readonly TaskCard[],
  facts: (() => Promise<TaskFacts>) | undefined,
): Promise<KeptCard[]> {
  const cards = facts ? await withDefault(shown, facts) : shown;
  const hide = graph.secrets && (await import('../secrets/secrets')).secretsOf(graph).maskIn;
  return renderCards(cards, hide);
}

/** The same without the default card, at once. */
export function keptNow(graph: Graph, shown: readonly TaskCard[]): KeptCard[] {
  if (!graph.secrets) return renderCards(shown);
  const { secretsOf } = require('../secrets/secrets') as typeof import('../secrets/secrets');
  return renderCards(shown, secretsOf(graph).maskIn);
}

/** What the step itself added is shown all the same. */
function failed(own: CardDocument | undefined, error: unknown): CardDocument {
  const text = String((error as Error)?.message ?? error);
  const block = { type: 'error' as const, title: 'The default card cannot be made', text };
  return { version: 1, ...own, blocks: [...(own?.blocks ?? []), block] };
}

/** What the step itself added stands above. */
async function withDefault(shown: readonly TaskCard[], facts: () => Promise<TaskFacts>): Promise<TaskCard[]> {
  const { defaultCard } = await import('./default-card');
  const own = shown.find(({ id }) => id === OWN_CARD)?.document;
  const document = await facts()
    .then((known) => defaultCard(known, own))
    .catch((error) => failed(own, error));
  return [{ id: OWN_CARD, document }, ...shown.filter(({ id }) => id !== OWN_CARD)];
}
