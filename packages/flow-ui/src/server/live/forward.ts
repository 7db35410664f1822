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
    const { task, attempt, id, document } = event;
    if (task.run === undefined) return;
    const card = { task: pathspecText(task), attempt, id, document };
    cards.take(card);
    if (hub.isHeard) hub.send(cardMessage(card));
    return;
  }
  // What was retried or caught showed something, too.
  if (event.type === 'task-done' || event.type === 'task-failed' || event.type === 'task-caught')
    cards.ended(pathspecText(event.task));
  if (hub.isHeard && isShown(event)) hub.send({ type: 'event', work, at, event });
}
