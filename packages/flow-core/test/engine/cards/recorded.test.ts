/** What steps show by `card`: recorded beside their tasks, told while it changes, never a reason to fail. */
import { markdown, progress, row, section, table } from '../../../src/card';
import { flow } from '../../../src/definition/flow';
import { cardsOfRun, cardsOfTask } from '../../../src/engine/record/read-cards';
import type { CardUpdated, FlowEvent } from '../../../src/engine/task/flow-event';
import { type Card, cardsOf } from '../../../src/store/rows/cards';
import { MemoryEngine, type Ran, rowOf, rowsOf } from '../../kit/memory';

const names = (cards: readonly Card[]) =>
  cards.map(({ step, task, attempt, id, title }) => [`${step}/${task}`, attempt, id, title]);

async function cardsIn(engine: MemoryEngine, { row }: Ran, step?: string): Promise<Card[]> {
  const cards: Card[] = [];
  for await (const card of cardsOfRun(engine.store, row, step)) cards.push(card);
  return cards;
}

test('a task has the cards that its step used, each as one file, and others have none', async () => {
  const f = flow('shows');
  const start = f.start(({ card }) => {
    card.title = 'Films';
    card.add('**Two** films');
    const rows = card.add(table([{ title: 'Alien', year: 1979 }]));
    rows.rows = [{ title: 'Heat', year: 1995 }];
    card.of('more').add(markdown('More of it'));
    return { films: 2 };
  });
  // To look at it makes none.
  const next = f.step('next', { after: start }, ({ self, card }) => ({
    twice: self.films * 2,
    is: typeof card.add,
  }));
  const engine = new MemoryEngine();
  const ran = await engine.run(f.end(next));
  expect(ran.status).toBe('done');
  const cards = await cardsIn(engine, ran);
  const { task } = rowOf(ran, 'start');
  expect(names(cards)).toEqual([
    [`start/${task}`, 0, 'default', 'Films'],
    [`start/${task}`, 0, 'more', undefined],
  ]);
  expect(cards[0]?.html).toContain('<strong>Two</strong>');
  expect(cards[0]?.html).toContain('Heat');
  expect(cards[0]?.html).not.toContain('Alien');
  expect(cards[1]?.html).toContain('More of it');
  expect(ran.row.contents?.start).toMatchObject({ card: [2, expect.any(Number)] });
  // Quick as it was, nothing was told before its end.
  expect(ran.events.filter(({ type }) => type === 'card-updated')).toEqual([]);
});

test('each split, each iteration and each attempt has its own', async () => {
  const f = flow('many');
  const start = f.start(() => ({ items: [0, 1, 2], n: 0 }));
  const each = f.foreach('each', { after: start, over: 'items', retry: 1 }, ({ input, card, current }) => {
    card.add(`split ${input}, attempt ${current.attempt}`);
    if (input === 1 && current.attempt === 0) throw new Error('once');
    return {};
  });
  const all = f.join('all', { after: each }, () => ({ n: 0 }));
  const again = f.loop('again', { after: all, while: 'on', max: 3 }, ({ self, card }) => {
    card.add(`round ${self.n}`);
    return { n: self.n + 1, on: self.n < 1 };
  });
  const engine = new MemoryEngine();
  const ran = await engine.run(f.end(again));
  const shown = (await cardsIn(engine, ran)).map(({ step, attempt, html }) => [
    step,
    attempt,
    /(split|round) [\w, ]+/.exec(html)?.[0],
  ]);
  expect(shown).toEqual([
    ['again', 0, 'round 0'],
    ['again', 0, 'round 1'],
    ['each', 0, 'split 0, attempt 0'],
    ['each', 0, 'split 1, attempt 0'],
    ['each', 1, 'split 1, attempt 1'],
    ['each', 0, 'split 2, attempt 0'],
  ]);
});

test('what a failed task showed is recorded too, and a bad id is told', async () => {
  const f = flow('fails');
  const start = f.start(({ card }) => {
    card.add('so far');
    card.of('../up');
  });
  const engine = new MemoryEngine();
  const ran = await engine.run(f.end(start));
  expect(ran.error).toMatchObject({
    code: 'FLOW_CARD_ID',
    message:
      'card.of("../up"): the id of a card is 1 to 50 letters, digits, "-" and "_", such as card.of(\'metrics\').',
  });
  expect((await cardsIn(engine, ran))[0]?.html).toContain('so far');
});

test('a card that cannot be shown says so, and its task is done', async () => {
  const f = flow('odd');
  const start = f.start(({ card }) => {
    card.title = 'Large';
    // Each text is cut; all of them are more than a card has room for.
    for (let i = 0; i < 90; i++) card.add(markdown('x'.repeat(100_000)));
  });
  const engine = new MemoryEngine();
  const ran = await engine.run(f.end(start));
  expect(ran.status).toBe('done');
  const [card] = await cardsIn(engine, ran);
  expect(card?.title).toBe('Large');
  expect(card?.html).toContain('a card has at most 8 MB');
});

test('a task that was taken over shows the cards of the one that executed', async () => {
  let fails = true;
  const f = flow('taken');
  const start = f.start(({ card }) => {
    card.add('from the start');
    return { a: 1 };
  });
  const next = f.step('next', { after: start }, () => {
    if (fails) throw new Error('not yet');
    return {};
  });
  const defined = f.end(next);
  const engine = new MemoryEngine();
  const first = await engine.run(defined);
  fails = false;
  const resumed = await engine.resume(defined, first.row.run);
  const row = rowOf(resumed, 'start');
  expect(row.origin).toBe(`1/start/${rowOf(first, 'start').task}`);
  const cards = await cardsOfTask(engine.store, resumed.row, row);
  expect(names(cards)).toEqual([[`start/${row.task}`, 0, 'default', undefined]]);
  expect(cards[0]?.html).toContain('from the start');
  expect(await cardsIn(engine, resumed)).toEqual(cards);
  // By reference: the resumed run has none itself.
  const own: Card[] = [];
  for await (const card of cardsOf(engine.store, 'taken', resumed.row.run)) own.push(card);
  expect(own).toEqual([]);
});

test('a step under way tells what it shows, at most now and then, and what it shows last is recorded', async () => {
  let told: (event: CardUpdated) => void = () => {};
  const heard = () =>
    new Promise<CardUpdated>((resolve) => {
      told = resolve;
    });
  const f = flow('live');
  const start = f.start(async ({ card }) => {
    const done = card.add(progress({ total: 100 }));
    const first = heard();
    done.value = 10;
    const seen = [(await first).document.blocks[0]];
    const second = heard();
    for (let i = 11; i <= 60; i++) done.value = i;
    seen.push((await second).document.blocks[0]);
    done.value = 100;
    return { seen };
  });
  const engine = new MemoryEngine();
  const onEvent = (event: FlowEvent) => event.type === 'card-updated' && told(event);
  const ran = await engine.run(f.end(start), { onEvent });
  expect((await engine.after(ran, 'start')).seen).toMatchObject([{ value: 10 }, { value: 60 }]);
  const events = ran.events.filter((event) => event.type === 'card-updated');
  const { task } = rowOf(ran, 'start');
  expect(events).toMatchObject([
    { task: { flow: 'live', run: 1, step: 'start', task }, attempt: 0, id: 'default' },
    { id: 'default' },
    // The last state arrives, whatever time has passed.
    { id: 'default', document: { blocks: [{ value: 100 }] } },
  ]);
  expect((await cardsIn(engine, ran))[0]?.html).toContain('100');
});

test('values of secrets are in no card and in no event of one', async () => {
  process.env.CARD_SECRET = 'sk-very-secret-1';
  try {
    const f = flow('hides');
    const start = f.start({ secrets: ['CARD_SECRET'] }, ({ card }) => {
      card.title = `Key ${process.env.CARD_SECRET}`;
      // Markdown puts it together.
      card.add('key: sk\\-very\\-secret\\-1');
      card.add(table([{ key: process.env.CARD_SECRET }]));
      card.of(process.env.CARD_SECRET as string).add('x');
      card.of(`${process.env.CARD_SECRET}-2`).add('y');
    });
    const engine = new MemoryEngine();
    const ran = await engine.run(f.end(start));
    expect(ran.status).toBe('done');
    const cards = await cardsIn(engine, ran);
    expect(JSON.stringify(cards)).not.toContain('sk-very-secret-1');
    expect(names(cards).map(([, , id, title]) => [id, title])).toEqual([
      ['default', 'Key ***'],
      ['hidden', undefined],
      ['hidden-2', undefined],
    ]);
    expect(ran.row.contents?.start).toMatchObject({ card: [3, expect.any(Number)] });
  } finally {
    delete process.env.CARD_SECRET;
  }
});

test('splits that were taken over and those that were not are listed together', async () => {
  let fails = true;
  const f = flow('part');
  const start = f.start(() => ({ items: [0, 1] }));
  const each = f.foreach('each', { after: start, over: 'items' }, ({ input, card }) => {
    card.add(`split ${input}`);
    if (fails && input === 1) throw new Error('not yet');
    return {};
  });
  const defined = f.end(f.join('all', { after: each }, () => ({})));
  const engine = new MemoryEngine();
  await engine.run(defined);
  fails = false;
  const resumed = await engine.resume(defined, 1);
  const shown = (await cardsIn(engine, resumed, 'each')).map(({ task }) => task);
  expect(shown.sort()).toEqual(rowsOf(resumed, 'each').map(({ task }) => task));
});

test('no row says that a task has ended whose cards are not recorded, the default card among them', async () => {
  const f = flow('order');
  const start = f.start({ card: true }, ({ card }) => {
    card.add('mine');
    card.of('more').add('too');
    return { items: [0, 1] };
  });
  const each = f.foreach('each', { after: start, over: 'items' }, ({ card }) => {
    card.add('of a split');
    card.shared('all').add('its part');
    return {};
  });
  const engine = new MemoryEngine();
  const written: string[] = [];
  const { commit } = engine.store;
  engine.store.commit = function (ops, ...more) {
    for (const { key, value } of ops) {
      const [kind, , , step, task] = key.split('/');
      const isEnd = kind === 'task' && JSON.parse(String(value)).status !== 'running';
      if (kind === 'card' || kind === 'part' || isEnd) written.push(`${kind} ${step}/${Number(task)}`);
    }
    return commit.call(this, ops, ...more);
  };
  const ran = await engine.run(f.end(f.join('join', { after: each }, () => ({}))));
  expect(ran.status).toBe('done');
  for (const { step, task } of [rowOf(ran, 'start'), ...rowsOf(ran, 'each')]) {
    const end = written.indexOf(`task ${step}/${task}`);
    expect(written.indexOf(`card ${step}/${task}`)).toBeGreaterThanOrEqual(0);
    expect(written.indexOf(`card ${step}/${task}`)).toBeLessThan(end);
  }
  // The one that is written twice counts once.
  expect(ran.row.contents?.start).toMatchObject({ card: [2, expect.any(Number)] });
  expect(names(await cardsIn(engine, ran, 'start'))).toHaveLength(2);
  const [own] = await cardsIn(engine, ran, 'start');
  expect(own?.html).toMatch(/mine.*Returned/s);
});

test('a step that runs alone has all kinds of cards', async () => {
  const f = flow('alone');
  const start = f.start(({ card }) => {
    card.shared('all').row({ n: 1 }).n = 2;
    card.of('more').add('x');
    return { typed: typeof card.shared('all').name };
  });
  f.end(start);
  expect(await start.run({})).toEqual({ typed: 'undefined' });
});

test('a step that never yields is heard while it works, deep in a section, and where it fails', async () => {
  let told = 0;
  const f = flow('busy');
  const start = f.start(({ card }) => {
    const done = progress({ total: 10 });
    card.add(section('S', [row([done])]));
    for (const until = Date.now() + 10_000; told < 2 && Date.now() < until; ) done.value++;
    done.value = -7;
    throw new Error('after all');
  });
  const engine = new MemoryEngine();
  const onEvent = (event: FlowEvent) => {
    if (event.type === 'card-updated') told++;
  };
  const ran = await engine.run(f.end(start), { onEvent });
  const events = ran.events.filter((event) => event.type === 'card-updated');
  expect(events.length).toBeGreaterThanOrEqual(3);
  expect(JSON.stringify(events.at(-1)?.document)).toContain('"value":-7');
  // Nothing is told of a task that has ended.
  const last = ran.events.findLastIndex(({ type }) => type === 'card-updated');
  expect(ran.events.slice(last).some(({ type }) => type === 'task-failed')).toBe(true);
});
