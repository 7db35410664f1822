/** Events of runs, as pages hear them. Those of spins come by the list of spins. */
import { type PublishedEvent, pathspecText } from '@nx-flow/core/ui';
import { cardMessage, type LiveCards } from './cards';
import { isShown } from './events';
import type { Hub } from './hub';
import type { StartedTasks } from './started';

export interface ForwardTo {
  hub: Hub;
  cards: LiveCards;
  started: StartedTasks;
}

export function forward({ work, at, event }: PublishedEvent, { hub, cards, started }: ForwardTo): void {
  started.hear(event, at);
  if (event.type === 'card-updated') {
    const { task, attempt, id, document, shared } = event;
    if (task.run === undefined) return;
    const of = shared ? `${task.flow}/${task.run}/${task.step}` : pathspecText(task);
    const card = { task: of, attempt, id, document };
    cards.take(card);
    if (hub.isHeard) hub.send(cardMessage(card));
    return;
  }
  // A card is recorded some time after its task has ended, and before its run has.
  if (event.type === 'run-done') cards.endedIn(`${event.flow}/${event.run}`);
  if (hub.isHeard && isShown(event)) hub.send({ type: 'event', work, at, event });
}
