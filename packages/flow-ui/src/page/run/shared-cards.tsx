/** Cards that the tasks of a step have together, below the graph; of the chosen step alone where one is chosen. They are live. */
import type { RunReply } from '../../api/routes';
import { listOf } from '../logic/filters';
import { Frame } from '../parts/frame/frame';
import { useMessages } from '../shell/events';
import { setQuery, usePlace } from '../shell/router';

/** Pixels: a higher one scrolls inside, so that the tasks stay near. */
const MOST = 420;

export function SharedCards({
  run,
  step,
  again,
}: {
  run: RunReply;
  step: string | undefined;
  /** A card appeared that is not in the list. */
  again: () => void;
}) {
  const { pathspec, status, shared = [] } = run;
  const hidden = listOf(usePlace().query.get('hide') ?? '');
  useMessages((message) => {
    if (message.type !== 'card' || !String(message.task).startsWith(`${pathspec}/`)) return;
    const known = shared.some(
      (card) => `${pathspec}/${card.step}` === message.task && card.id === message.id,
    );
    // A task's own card is told with one part more.
    if (!known && String(message.task).split('/').length === 3) again();
  });
  const shown = shared.filter((card) => step === undefined || card.step === step);
  if (shown.length === 0) return null;
  const toggle = (name: string, open: boolean) =>
    setQuery(
      { hide: (open ? hidden.filter((one) => one !== name) : [...hidden, name]).join(',') },
      { replace: true },
    );
  return (
    <section class="shared" aria-label="Cards of steps">
      {shown.map((card) => {
        const task = `${pathspec}/${card.step}`;
        const name = `${card.step}.${card.id}`;
        const live = (message: { task: string | number; id: string }) =>
          message.task === task && message.id === card.id;
        return (
          <details
            key={name}
            open={!hidden.includes(name)}
            onToggle={(event) => {
              const { open } = event.currentTarget;
              if (open === hidden.includes(name)) toggle(name, open);
            }}
          >
            <summary>
              <b>{card.title ?? card.id}</b> <span class="soft">of all tasks of {card.step}</span>
            </summary>
            {!hidden.includes(name) && (
              <Frame
                request={{ card: { step: task, id: card.id } }}
                title={`${card.title ?? card.id} of ${card.step}`}
                live={status === 'running' ? live : undefined}
                most={MOST}
              />
            )}
          </details>
        );
      })}
    </section>
  );
}
