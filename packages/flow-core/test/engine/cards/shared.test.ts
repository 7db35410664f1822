/** Cards that all tasks of a step have together: parts of splits, merged while the run goes on and from what was recorded. */
import { progress, table } from '../../../src/card';
import { flow } from '../../../src/definition/flow';
import type { StepCard } from '../../../src/definition/types';
import { sharedCards } from '../../../src/engine/cards/shared-cards';
import { removeRuns } from '../../../src/engine/housekeeping/remove';
import type { CardUpdated, FlowEvent } from '../../../src/engine/task/flow-event';
import { partsOf } from '../../../src/store/rows/cards';
import { isPartRow } from '../../../src/store/rows/row-shapes';
import type { RunRow } from '../../../src/store/rows/rows';
import { Store } from '../../../src/store/store';
import { MemoryEngine, type Ran, rowsOf } from '../../kit/memory';
import { exported, imported } from '../transfer/kit';

async function sharedOf(engine: MemoryEngine, { row }: Ran, step: string) {
  const [card, ...others] = await sharedCards(engine.store, row, step);
  expect(others).toEqual([]);
  return card;
}

/** What it shows, without markup. */
const textOf = (html = '') =>
  html.replace(/<style>.*?<\/style>|<script>.*?<\/script>|<[^>]+>/gs, ' ').replace(/\s+/g, ' ');

test('one card has what each split added, in their order, one table of all rows, and sums', async () => {
  const f = flow('together');
  const start = f.start(() => ({ genres: ['Drama', 'Comedy', 'Horror'] }));
  const each = f.foreach('each', { after: start, over: 'genres' }, ({ input, index, card }) => {
    const shared = card.shared('progress', { totals: ['films'] });
    shared.title = 'All genres';
    shared.name = input;
    const done = shared.add(progress({ title: 'Films', total: 10, unit: 'films' }));
    const row = shared.row({ genre: input, films: 0 });
    done.value = index + 1;
    row.films = 10 * (index + 1);
    return {};
  });
  const engine = new MemoryEngine();
  const ran = await engine.run(f.end(f.join('all', { after: each }, () => ({}))));
  expect(ran.status).toBe('done');
  const card = await sharedOf(engine, ran, 'each');
  expect(card).toMatchObject({ id: 'progress', title: 'All genres' });
  const text = textOf(card?.html);
  expect(text).toMatch(/Splits 3 of 3 · 100 % Films, together 6 of 30 films · 20 %/);
  expect(text).toMatch(/0 Drama 10 1 Comedy 20 2 Horror 30 Sum 60/);
  expect(text).toMatch(/Drama Films 1 of 10.*Comedy Films 2 of 10.*Horror Films 3 of 10/);
  expect(ran.row.contents?.each).toMatchObject({ part: [3, expect.any(Number)] });
});

test('an id is of one card: of a task, or of all', async () => {
  const refused = async (use: (card: StepCard) => unknown) => {
    const f = flow('ids');
    const ran = await new MemoryEngine().run(f.end(f.start(({ card }) => void use(card))));
    return [ran.error?.code, ran.error?.message];
  };
  expect(await refused((card) => card.of('a') && card.shared('a'))).toEqual([
    'FLOW_CARD_ID',
    'card.shared("a"): the task has card.of("a") by this id. Take another one.',
  ]);
  expect(await refused((card) => card.shared('a') && card.of('a'))).toEqual([
    'FLOW_CARD_ID',
    'card.of("a"): the task has card.shared("a") by this id. Take another one.',
  ]);
  expect((await refused((card) => card.shared('default')))[1]).toMatch(
    /the task has its own card by this id/,
  );
  expect((await refused((card) => card.shared('../up')))[1]).toMatch(
    /card.shared\("..\/up"\): the id of a card is/,
  );
});

test('of a split that is tried again, the last attempt counts, and a failed one says so', async () => {
  const f = flow('again');
  const start = f.start(() => ({ items: [0, 1] }));
  const each = f.foreach('each', { after: start, over: 'items', retry: 1 }, ({ input, card, current }) => {
    card.shared('tries').add(`attempt ${current.attempt} of ${input}`);
    if (input === 1 || current.attempt === 0) throw new Error('once more');
    return {};
  });
  const engine = new MemoryEngine();
  const ran = await engine.run(f.end(f.join('all', { after: each }, () => ({}))));
  expect(ran.status).toBe('failed');
  const text = textOf((await sharedOf(engine, ran, 'each'))?.html);
  expect(text).toMatch(/Split 0 attempt 1 of 0 Split 1, failed attempt 1 of 1/);
  expect(text).not.toContain('attempt 0');
});

test('nested splits and iterations stand in the order of their places', async () => {
  const f = flow('nested');
  const start = f.start(() => ({ outer: [0, 1] }));
  const out = f.foreach('out', { after: start, over: 'outer' }, () => ({ inner: [0, 1] }));
  const inn = f.foreach('inn', { after: out, over: 'inner' }, ({ stack, card }) => {
    card.shared('all').row({ at: stack.join('/') });
    return { n: 0 };
  });
  const one = f.join('one', { after: inn }, () => ({ n: 0 }));
  const two = f.join('two', { after: one }, () => ({ n: 0 }));
  const loop = f.loop('loop', { after: two, while: 'on', max: 3 }, ({ self, card }) => {
    card.shared('all').add(`round ${self.n}`);
    return { n: self.n + 1, on: self.n < 1 };
  });
  const engine = new MemoryEngine();
  const ran = await engine.run(f.end(loop));
  expect(textOf((await sharedOf(engine, ran, 'inn'))?.html)).toMatch(/0,0 0\/0 0,1 1\/0 1,0 0\/1 1,1 1\/1/);
  expect(textOf((await sharedOf(engine, ran, 'loop'))?.html)).toMatch(
    /Iterations 2 Iteration 0 round 0 Iteration 1 round 1/,
  );
});

test('a resumed run shows what was taken over beside what it executed', async () => {
  let fails = true;
  const f = flow('resumed');
  const start = f.start(() => ({ items: [0, 1, 2] }));
  const each = f.foreach('each', { after: start, over: 'items' }, ({ input, card }) => {
    card.shared('all').add(`${fails ? 'first' : 'second'} of ${input}`);
    if (fails && input === 1) throw new Error('not yet');
    return {};
  });
  const defined = f.end(f.join('all', { after: each }, () => ({})));
  const engine = new MemoryEngine();
  await engine.run(defined);
  fails = false;
  const resumed = await engine.resume(defined, 1);
  const text = textOf((await sharedOf(engine, resumed, 'each'))?.html);
  expect(text).toMatch(/Split 0 first of 0 Split 1 second of 1 Split 2 first of 2/);
  // Each part is recorded once.
  const own = [];
  for await (const { task } of partsOf(engine.store, 'resumed', resumed.row.run)) own.push(task);
  expect(own).toEqual(
    rowsOf(resumed, 'each')
      .filter(({ origin }) => !origin)
      .map(({ task }) => task),
  );
});

test('while splits are at work, it is told with all of them, and what it shows last', async () => {
  let told: (event: CardUpdated) => void = () => {};
  const heard = () => new Promise<CardUpdated>((resolve) => (told = resolve));
  const f = flow('live');
  const start = f.start(() => ({ items: [0, 1] }));
  const each = f.foreach('each', { after: start, over: 'items' }, async ({ index, card }) => {
    const shared = card.shared('progress');
    const next = heard();
    const done = shared.add(progress({ title: 'Texts', total: 10 }));
    done.value = 3;
    await next;
    // Nobody waits for it.
    done.value = 10;
    return { index };
  });
  const engine = new MemoryEngine();
  const onEvent = (event: FlowEvent) => event.type === 'card-updated' && told(event);
  const ran = await engine.run(f.end(f.join('all', { after: each }, () => ({}))), { onEvent });
  const events = ran.events.filter((event) => event.type === 'card-updated');
  expect(new Set(events.map(({ task, shared, id }) => JSON.stringify([task, shared, id])))).toEqual(
    new Set([JSON.stringify([{ flow: 'live', run: 1, step: 'each', index: [] }, true, 'progress'])]),
  );
  expect(events.at(-1)?.document.blocks).toMatchObject([
    { type: 'progress', title: 'Splits', value: 2, total: 2 },
    { title: 'Texts, together', value: 20, total: 20 },
    { title: 'Split 0' },
    { title: 'Split 1' },
  ]);
  expect(events[0]?.document.blocks.at(-1)).toMatchObject({
    title: 'Split 0, at work',
    blocks: [{ value: 3 }],
  });
});

test('a spin of one split shows it in the place of the recorded one, and records nothing', async () => {
  let word = 'recorded';
  const f = flow('spun');
  const start = f.start(() => ({ items: [0, 1, 2] }));
  const each = f.foreach('each', { after: start, over: 'items' }, ({ input, card }) => {
    card.shared('all').add(`${word} ${input}`);
    card.shared('all').row({ word });
    return {};
  });
  const defined = f.end(f.join('all', { after: each }, () => ({})));
  const engine = new MemoryEngine();
  const ran = await engine.run(defined);
  word = 'spun';
  const before = await sharedOf(engine, ran, 'each');
  const { cards } = await engine.spin(defined, 'each', { index: [1] });
  expect(cards?.map(({ id }) => id)).toEqual(['all']);
  expect(textOf(cards?.[0]?.html)).toMatch(/Split 0 recorded 0 Split 1 spun 1 Split 2 recorded 2/);
  expect(await sharedOf(engine, ran, 'each')).toEqual(before);
});

test('secrets are in no part, not even where markup would put one together', async () => {
  process.env.PART_SECRET = 'sk-very-secret-2';
  try {
    const f = flow('hides');
    const start = f.start(() => ({ items: [0, 1] }));
    const each = f.foreach(
      'each',
      { after: start, over: 'items', secrets: ['PART_SECRET'] },
      ({ input, card }) => {
        const shared = card.shared('all');
        shared.name = process.env.PART_SECRET;
        shared.add(input === 0 ? 'key: sk\\-very\\-secret\\-2' : `key: ${process.env.PART_SECRET}`);
        shared.add(table([{ a: process.env.PART_SECRET }]));
        shared.row({ key: process.env.PART_SECRET });
        return {};
      },
    );
    const engine = new MemoryEngine();
    const ran = await engine.run(f.end(f.join('all', { after: each }, () => ({}))));
    expect(ran.status).toBe('done');
    const card = await sharedOf(engine, ran, 'each');
    expect(card?.html).not.toContain('sk-very-secret-2');
    expect(textOf(card?.html)).toMatch(/It would show a secret of the flow.*key: \*\*\*/);
  } finally {
    delete process.env.PART_SECRET;
  }
});

test('an import takes parts along, and refuses what is none', async () => {
  const f = flow('moved');
  const start = f.start(() => ({ items: [0, 1] }));
  const each = f.foreach('each', { after: start, over: 'items' }, ({ input, card }) => {
    card.shared('all').add(`split ${input} of it`);
    return {};
  });
  const engine = new MemoryEngine();
  const ran = await engine.run(f.end(f.join('all', { after: each }, () => ({}))));
  const file = await exported(engine.store, 'moved', 1);
  const other = new MemoryEngine();
  const { run: row } = await imported(other.store, file);
  expect(await sharedCards(other.store, row, 'each')).toEqual(
    await sharedCards(engine.store, ran.row, 'each'),
  );
  const at = { step: 'each', task: 2, attempt: 0, id: 'all' };
  const part = { index: [0], blocks: [{ type: 'markdown', text: 'x' }] };
  expect(isPartRow({ ...at, part })).toBe(true);
  for (const wrong of [
    { blocks: [null] },
    { index: ['a'] },
    { rows: { columns: [1], rows: [], of: 0 } },
    { of: -1 },
  ])
    expect(isPartRow({ ...at, part: { ...part, ...wrong } })).toBe(false);
  expect(isPartRow({ ...at, id: '../up', part })).toBe(false);
});

test('of a run that is removed, the parts stay that a resumed one shows; with that one they go', async () => {
  let fails = true;
  const f = flow('gone');
  const start = f.start(() => ({ items: [0, 1] }));
  const each = f.foreach('each', { after: start, over: 'items' }, ({ input, card }) => {
    card.shared('all').add(`${fails ? 'first' : 'second'} of ${input}`);
    if (fails && input === 1) throw new Error('not yet');
    return {};
  });
  const defined = f.end(f.join('all', { after: each }, () => ({})));
  const engine = new MemoryEngine();
  const first = await engine.run(defined);
  fails = false;
  const resumed = await engine.resume(defined, 1);
  const before = await sharedOf(engine, resumed, 'each');
  const { kv, cas } = engine.store;
  const left = async () => (await kv.range({ gte: 'part/', lt: 'part0', limit: 9 })).length;
  expect(await left()).toBe(3);
  // Each command opens the store anew: what it has read is pinned on its connection.
  const remove = (row: RunRow) => removeRuns(new Store(kv, cas), [row], { by: 'mia', at: 0 });
  await remove(first.row);
  expect(await left()).toBe(2);
  const reader = new Store(kv, cas);
  expect(await sharedCards(reader, resumed.row, 'each')).toEqual([before]);
  await remove(resumed.row);
  expect(await left()).toBe(0);
});
