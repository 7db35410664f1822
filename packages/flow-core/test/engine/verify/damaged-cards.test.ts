/** Cards, and parts of those that tasks show together, whose records are damaged: each is told, mended, and goes with its run. */
import { flow } from '../../../src/definition/flow';
import { sharedCards } from '../../../src/engine/cards/shared-cards';
import { removeRuns } from '../../../src/engine/housekeeping/remove';
import { cardsOfRun, cardsOfTask, requireAllCards } from '../../../src/engine/record/read-cards';
import { sealed } from '../../../src/store/kv/checksum';
import { keys } from '../../../src/store/kv/row-keys';
import type { RunRow, TaskRow } from '../../../src/store/rows/rows';
import type { Store } from '../../../src/store/store';
import { MemoryEngine } from '../../kit/memory';
import { DamagedStore } from './damaged-store';

const f = flow('shown');
const start = f.start(({ card }) => {
  card.add('own');
  card.of('b').add('second');
  return { ns: [1, 2, 3] };
});
const each = f.foreach('each', { after: start, over: 'ns' }, ({ input, card }) => {
  card.shared('together').row({ n: input });
  return {};
});
const shown = f.end(f.join('all', { after: each }, () => ({})));

const damaged = new DamagedStore();
beforeAll(() =>
  damaged.make(async (store) => {
    const engine = new MemoryEngine(store);
    const { run } = await engine.run(shown);
    await engine.resume(shown, run, 'all');
  }),
);
beforeEach(() => damaged.fresh());
afterAll(() => damaged.dispose());

const CARD = keys.card('shown', 1, 'start', 1, 0, 'b');
const PART = keys.part('shown', 1, 'each', 3, 0, 'together');
/** What the store holds in the place of a record. */
const GONE = undefined;
const OTHER_BYTES = Buffer.from('{"html":"own"}????');
const KINDS = { [CARD]: '{"html":5}', [PART]: '{"part":{"blocks":[null],"index":[1]}}' };

async function inStore<T>(read: (store: Store) => Promise<T>): Promise<T> {
  const store = await damaged.open();
  return read(store).finally(() => store.close());
}

/** What of the first run, and of the one that took its tasks over, is shown: as text, or the error. */
const look = () =>
  inStore(async (store) => {
    const told = (read: Promise<unknown>) => read.catch(({ code, message }) => `${code} ${message}`);
    const ofRun = async (number: number) => {
      const run = (await store.run('shown', number)) as RunRow;
      const start = (await store.task('shown', number, 'start', 1)) as TaskRow;
      const cards = async () => {
        for await (const _ of cardsOfRun(store, run));
        await requireAllCards(store, run, start);
        return (await cardsOfTask(store, run, start)).map(({ id }) => id);
      };
      const parts = async () =>
        (await sharedCards(store, run, 'each')).map(
          ({ html }) => />Splits<.*?<div class="told">(\d of \d)/s.exec(html)?.[1],
        );
      return { cards: await told(cards()), parts: await told(parts()) };
    };
    return [await ofRun(1), await ofRun(2)];
  });

const both = <T>(of: T) => [of, of];
const whole = { cards: ['default', 'b'], parts: ['3 of 3'] };

test('without damage', async () => {
  expect(await look()).toEqual(both(whole));
});

describe.each([
  ['is gone', GONE, /^FLOW_STORE_CORRUPT The store is damaged: it has [12] of the [23] (cards|parts)/],
  ['has other bytes', OTHER_BYTES, /^FLOW_STORE_CORRUPT The store's record of .* is damaged: .*--repair/],
  ['is none of its kind', 'kind', /^FLOW_STORE_CORRUPT .* one of its records is none of its kind\. nx-flow/],
])('a record that %s', (_, damage, said) => {
  const lose = (key: string) =>
    damaged.raw([
      { key, value: typeof damage === 'string' ? sealed(key, KINDS[key] as string) : (damage as Uint8Array) },
    ]);

  test.each([
    ['a card', CARD, 'cards', ['default']],
    ['a part of a shared card', PART, 'parts', ['2 of 3']],
  ])(
    '%s: who looks hears it, a repair keeps the others, and it goes with its runs',
    async (_, key, of, rest) => {
      await lose(key);
      expect(await look()).toEqual(both({ ...whole, [of]: expect.stringMatching(said) }));
      const { problems } = await damaged.verify();
      expect(problems.at(-1)).toMatch(/^shown\/1 The store is damaged: it has \d of the \d (cards|parts of)/);

      const { lines } = await damaged.repair();
      expect(lines).toEqual([
        expect.stringMatching(
          /^(a|1|the) (card|part (of|in) a shared card) of shown\/1\/\S+ is lost: .* Nothing else of the run needs it\.$/,
        ),
      ]);
      expect(await look()).toEqual(both({ ...whole, [of]: rest }));
      expect((await damaged.verify()).problems).toEqual([]);

      await inStore(async (store) => {
        const rows = [await store.unpinnedRun('shown', 1), await store.unpinnedRun('shown', 2)] as RunRow[];
        await removeRuns(store, rows, { by: 'ada', at: 0 });
      });
      const left = [...(await damaged.rows()).keys()].filter((one) => /^(lost|card|part)\//.test(one));
      expect(left).toEqual([]);
      expect((await damaged.verify()).problems).toEqual([]);
    },
  );
});
