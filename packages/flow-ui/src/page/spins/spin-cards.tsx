/** The cards of a spin, each beside the one of its origin. */
import { useState } from 'preact/hooks';
import type { SpinDetail } from '../../api/routes';
import { pathTo } from '../logic/place';
import { Frame } from '../parts/frame/frame';
import { Tabs } from '../parts/tabs';
import { useMessages } from '../shell/events';

export function SpinCards({ spin }: { spin: SpinDetail }) {
  const { n } = spin;
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
  const [only] = cards;
  return (
    <section>
      <h2>{cards.length > 1 ? 'Cards' : only?.id === 'default' ? 'Card' : `Card ${only?.id}`}</h2>
      {only && cards.length === 1 ? (
        <SpinCard spin={spin} {...only} />
      ) : (
        <Tabs
          label="Cards"
          chosen={chosen}
          onChoose={choose}
          tabs={cards.map((card) => ({
            id: card.id,
            label: labelOf(card),
            content: () => <SpinCard key={card.id} spin={spin} {...card} />,
          }))}
        />
      )}
    </section>
  );
}

function SpinCard({ spin, id, title }: { spin: SpinDetail; id: string; title?: string }) {
  const { n, status, originCards, origin } = spin;
  const before = origin === undefined ? undefined : originCards.findLast((card) => card.id === id);
  // What a spin showed that was ended early is nowhere but in its frame.
  const isLive = status === 'running' || !spin.cards.some((card) => card.id === id);
  return (
    <div class={before ? 'two' : undefined}>
      <div class="side">
        {before && <p class="soft">this spin</p>}
        <Frame
          request={{ card: { spin: n, id } }}
          title={title ?? id}
          live={isLive ? (message) => message.task === n && message.id === id : undefined}
        />
      </div>
      {before && origin !== undefined && (
        <div class="side">
          <p class="soft">
            its origin, <a href={pathTo(origin)}>{origin}</a>
          </p>
          <Frame
            request={
              before.shared
                ? { card: { step: origin.split('/', 3).join('/'), id } }
                : { card: { task: origin, id, attempt: before.attempt } }
            }
            title={`${title ?? id} of ${origin}`}
          />
        </div>
      )}
    </div>
  );
}

const labelOf = ({ id, title }: { id: string; title?: string }) => title ?? (id === 'default' ? 'Card' : id);
