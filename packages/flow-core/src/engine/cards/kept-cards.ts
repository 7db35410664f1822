/** What a task showed as it is kept: with the default card where its step has the option, and without secrets. */
import { OWN_CARD, type TaskCard } from '../../definition/step-cards';
import type { Graph } from '../../definition/graph';
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

/** What the step itself added stands above. */
async function withDefault(shown: readonly TaskCard[], facts: () => Promise<TaskFacts>): Promise<TaskCard[]> {
  const { defaultCard } = await import('./default-card');
  const own = shown.find(({ id }) => id === OWN_CARD)?.document;
  const document = defaultCard(await facts(), own);
  return [{ id: OWN_CARD, document }, ...shown.filter(({ id }) => id !== OWN_CARD)];
}
