/** What a spin showed until it was ended early is kept, since nothing has recorded it. */
import { createCard } from '@nx-flow/core/card';
import { LiveCards } from '../../../src/server/live/cards';
import { Hub } from '../../../src/server/live/hub';
import { SpinMemory } from '../../../src/server/spins/memory';
import { Spin } from '../../../src/server/spins/spin';
import { entryOf } from '../../../src/server/spins/spins-in';
import { Teller } from '../../../src/server/spins/teller';

test('a spin that is stopped keeps the cards that it showed', () => {
  const memory = new SpinMemory();
  const cards = new LiveCards();
  const teller = new Teller({ workspace: '/nowhere', hub: new Hub(), cards }, memory);
  const spin = memory.add(
    (n) => new Spin({ ...entryOf({ work: 'w', at: 0, user: 'ada', flow: 'f', step: 's', index: [] }), n }),
  );
  const card = createCard({ now: () => 0 });
  card.title = 'Half of it';
  teller.happened(spin, {
    type: 'card-updated',
    task: { flow: 'f', step: 's', index: [] },
    attempt: 0,
    id: 'default',
    document: card.toDocument(),
  });
  teller.stopped(spin);
  expect(spin.entry.status).toBe('stopped');
  expect(spin.cards).toMatchObject([
    { id: 'default', title: 'Half of it', html: expect.stringContaining('Half of it') },
  ]);
  expect(spin.bytes).toBe(spin.cards[0]?.html.length);
  expect(cards.of(spin.entry.n)).toEqual([]);
});
