/** What a spun task showed, as files. Nothing is loaded where it showed nothing. */
import type { Graph, StepNode } from '../../definition/graph';
import type { KeptCard } from '../cards/render-cards';
import type { TaskFacts } from '../cards/task-facts';
import type { TaskOutcome } from '../task/task';

export async function spunCards(
  graph: Graph,
  { options }: StepNode,
  { cards }: TaskOutcome,
  facts: () => Promise<TaskFacts>,
): Promise<{ cards?: KeptCard[] }> {
  if (!cards && options.card !== true) return {};
  const { keptCards } = await import('../cards/kept-cards');
  return { cards: await keptCards(graph, cards ?? [], options.card === true ? facts : undefined) };
}
