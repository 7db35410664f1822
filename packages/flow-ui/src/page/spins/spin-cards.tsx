/** The cards of a spin, each beside the one of its origin. */
import { useState } from 'preact/hooks';
import type { SpinDetail } from '../../api/routes';
import { pathTo } from '../logic/place';
import { Frame } from '../parts/frame/frame';
import { Tabs } from '../parts/tabs';
import { useMessages } from '../shell/events';

export function SpinCards({ spin }: { spin: SpinDetail }) {
  const { n, status, originCards, origin } = spin;
  const [chosen, choose] = useState('');
  /** Cards that appeared while it goes on, before the reply has them. */
  const [seen, see] = useState<readonly string[]>([]);
  useMessages((message) => {
    if (message.type === 'card' && message.task === n && !seen.includes(message.id))
      see([...seen, message.id]);
  });
  const ids = new Set([...spin.cards.map(({ id }) => id), ...seen]);
  const cards = [...ids].map((id) => ({ id, title: spin.cards.find((card) => card.id === id)?.title }));
  if (cards.length === 0) return null;
  return (
    <section>
      <h2>{cards.length === 1 ? 'Card' : 'Cards'}</h2>
      <Tabs
        label="Cards"
        chosen={chosen}
        onChoose={choose}
        tabs={cards.map(({ id, title }) => ({
          id,
          label: title ?? (id === 'default' ? 'Card' : id),
          content: () => {
            const before = originCards.findLast((card) => card.id === id);
            const live = status === 'running';
            return (
              <div class={before && origin ? 'two' : undefined}>
                <div class="side">
                  {before && <p class="soft">this spin</p>}
                  <Frame
                    key={`${n} ${id}`}
                    request={{ card: { spin: n, id } }}
                    title={title ?? id}
                    live={live ? (message) => message.task === n && message.id === id : undefined}
                  />
                </div>
                {before && origin !== undefined && (
                  <div class="side">
                    <p class="soft">
                      its origin, <a href={pathTo(origin)}>{origin}</a>
                    </p>
                    <Frame
                      key={`${origin} ${id}`}
                      request={{ card: { task: origin, id, attempt: before.attempt } }}
                      title={`${title ?? id} of ${origin}`}
                    />
                  </div>
                )}
              </div>
            );
          },
        }))}
      />
    </section>
  );
}
