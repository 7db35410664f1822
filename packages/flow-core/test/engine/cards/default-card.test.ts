/** The default card: what is known of a task, also where its step showed nothing or failed. */
import { flow } from '../../../src/definition/flow';
import { cardsOfRun } from '../../../src/engine/record/read-cards';
import type { Card } from '../../../src/store/rows/cards';
import { Runner } from '../../../src/testing/runner';
import { MemoryEngine, type Ran } from '../../kit/memory';

async function cardsIn({ store }: MemoryEngine, { row }: Ran, step?: string): Promise<Card[]> {
  const cards: Card[] = [];
  for await (const card of cardsOfRun(store, row, step)) cards.push(card);
  return cards;
}

/** What a person reads of it. */
const textOf = ({ html }: Pick<Card, 'html'>) =>
  html
    .replace(/<(style|script)[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code))
    .replace(/\s+/g, ' ');

function declared() {
  const state = { fails: false, by: 2 };
  const f = flow('defaults');
  const start = f.start(() => ({ items: [3, 4], films: [{ title: 'Alien', year: 1979 }] }));
  const each = f.foreach('each', { after: start, over: 'items', card: true }, ({ input, card, log }) => {
    if (input === 3) card.add('its own words');
    log(`at ${input}`);
    if (state.fails && input === 4) throw new RangeError('as it must');
    return { times: input * state.by };
  });
  return { state, defined: f.end(f.join('all', { after: each }, () => ({}))) };
}

test('it tells what the task read, returned and printed, its code, its place, and what was before', async () => {
  const { state, defined } = declared();
  const engine = new MemoryEngine();
  await engine.run(defined);
  state.by = 3;
  const ran = await engine.run(defined);
  const cards = await cardsIn(engine, ran, 'each');
  expect(cards.map(({ id, title }) => [id, title])).toEqual([
    ['default', 'defaults/2/each/2'],
    ['default', 'defaults/2/each/3'],
  ]);
  const [first, second] = cards.map(textOf);
  expect(first?.indexOf('its own words')).toBeLessThan(first?.indexOf('Inputs') ?? -1);
  expect(cards[0]?.html).toContain('class="prose"');
  expect(cards[1]?.html).not.toContain('class="prose"');
  for (const text of ['done', 'Alien', 'at 4', "f.foreach('each'", 'foreach']) expect(second).toContain(text);
  expect(second).toMatch(/Compared with defaults\/1\/each\/3 .*times.*changed/);
  expect(cards[0]?.html).toContain('class="here"');
});

test('a failed task has it, with its error', async () => {
  const { state, defined } = declared();
  state.fails = true;
  const engine = new MemoryEngine();
  const ran = await engine.run(defined);
  const [, failed] = (await cardsIn(engine, ran, 'each')).map(textOf);
  expect(failed).toContain('RangeError');
  expect(failed).toContain('as it must');
  expect(failed).toContain('at 4');
});

test('in a spin it is compared with the origin', async () => {
  const { state, defined } = declared();
  const engine = new MemoryEngine();
  await engine.run(defined);
  state.by = 5;
  const { cards = [] } = await engine.spin(defined, 'each', { index: [1] });
  const [card] = cards;
  expect(card).toMatchObject({ id: 'default', title: 'spin of defaults/each split 1' });
  expect(textOf({ html: card?.html ?? '' })).toMatch(/Compared with defaults\/1\/each\/3 .*times.*changed/);
});

test('in a test, a spin gives what its step showed, and step.run() lets it show something', async () => {
  const f = flow('tested');
  const start = f.start(({ card }) => {
    card.title = 'Looked at';
    card.add('words');
    return { a: 1 };
  });
  await expect(start.run({})).resolves.toEqual({ a: 1 });
  const runner = new Runner(f.end(start));
  try {
    const spun = await runner.spin(start);
    expect(spun.cards).toMatchObject([
      { id: 'default', title: 'Looked at', html: expect.stringContaining('words') },
    ]);
    const ran = await runner.run();
    const [card] = await (await ran.run.step('start').task()).cards();
    expect(card).toMatchObject({ id: 'default', title: 'Looked at', bytes: expect.any(Number) });
    expect(card?.html()).toContain('words');
  } finally {
    await runner.dispose();
  }
});
