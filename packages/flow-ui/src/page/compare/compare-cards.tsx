/** The cards of both sides beside each other. */
import type { CompareReply } from '../../api/routes';
import { pathTo } from '../logic/place';
import { Frame } from '../parts/frame/frame';

export function CompareCards({ cards, a, b }: { cards: CompareReply['cards']; a: string; b: string }) {
  if (cards.length === 0) return null;
  const sides = [a, b];
  return (
    <section>
      <h2>Cards</h2>
      {cards.map((card) => (
        <div key={`${card.id} ${card.a} ${card.b}`} class="two">
          {[card.a, card.b].map((task, i) => (
            <div key={sides[i] ?? i} class="side">
              <p class="soft">
                {task === undefined ? (
                  `${sides[i]} has no card ${card.id}.`
                ) : (
                  <>
                    <a href={pathTo(task)}>{task}</a> {card.id === 'default' ? '' : card.id}
                  </>
                )}
              </p>
              {task !== undefined && (
                <Frame request={{ card: { task, id: card.id } }} title={`${card.id} of ${task}`} />
              )}
            </div>
          ))}
        </div>
      ))}
    </section>
  );
}
