/** What an imported run showed may be anybody's: it is opened in a frame, without its scripts, whichever run shows it. */
import { html } from '../../../src/card';
import { flow } from '../../../src/definition/flow';
import { framed, toOpen } from '../../../src/engine/cards/framed';
import { sharedCards } from '../../../src/engine/cards/shared-cards';
import { removeRuns } from '../../../src/engine/housekeeping/remove';
import { cardsOfRun } from '../../../src/engine/record/read-cards';
import { MemoryEngine, type Ran } from '../../kit/memory';
import { exported, imported } from '../transfer/kit';

const f = flow('shows');
const start = f.start(({ card }) => {
  card.add(html('<script>1</script>'));
  return { items: [0, 1] };
});
const each = f.foreach('each', { after: start, over: 'items' }, ({ input, card }) => {
  card.shared('all').add(`split ${input}`);
  return {};
});
const all = f.join('all', { after: each }, ({ card }) => {
  card.add('own');
  return {};
});
const defined = f.end(all);

/** Of the cards of a run's tasks, and of those that the tasks of a step have together, the steps of those that stand in a frame. */
async function inFrames({ store }: MemoryEngine, { row }: Pick<Ran, 'row'>): Promise<string[]> {
  const found: string[] = [];
  for await (const card of cardsOfRun(store, row))
    if ((await toOpen(card, store, row, card.step, card.task)).html !== card.html) found.push(card.step);
  for (const card of await sharedCards(store, row, 'each'))
    if ((await toOpen(card, store, row, 'each')).html !== card.html) found.push('each');
  return found.sort();
}

test('a run that took tasks over from an imported one shows their cards in a frame, and its own as they are', async () => {
  const maker = new MemoryEngine();
  const own = await maker.run(defined);
  expect(await inFrames(maker, own)).toEqual([]);
  expect(await inFrames(maker, await maker.resume(defined, 1, 'all'))).toEqual([]);

  const taker = new MemoryEngine();
  const { run: row } = await imported(taker.store, await exported(maker.store, 'shows', 1));
  expect(await inFrames(taker, { row })).toEqual(['all', 'each', 'start']);
  expect(await inFrames(taker, await taker.resume(defined, 1, 'all'))).toEqual(['each', 'start']);
  const again = await taker.resume(defined, 2, 'end');
  expect(await inFrames(taker, again)).toEqual(['each', 'start']);

  const spun = await taker.spin(defined, 'each', { run: 3, index: [1] });
  expect(spun.cards?.[0]?.html).toContain('<iframe sandbox title');
});

test('a run that was removed cannot be asked: what it showed counts as that of an imported one', async () => {
  const engine = new MemoryEngine();
  const first = await engine.run(defined);
  const resumed = await engine.resume(defined, 1, 'all');
  await removeRuns(engine.store, [first.row], { by: 'tester', at: 0 });
  expect(await inFrames(engine, resumed)).toEqual(['each', 'start']);
});

test('no script is executed in the frame', () => {
  const file = framed('<script>1</script>');
  expect(file).toContain("script-src 'none'");
  expect(file).toContain('<iframe sandbox title=');
  expect(file).not.toContain('allow-scripts');
});
