import '@nx-flow/core/testing/jest';
import { Runner } from '@nx-flow/core/testing';
import { type Labelled, rightOf } from './cards';
import { ask, type Call } from './model';
import reviews, { classify, secondLook, start } from './reviews.flow';
import rows from './reviews.json';
import { read } from './sentiment';
import { type ModelServer, startServer } from './server';

const PLAIN = 'Say whether the customer is satisfied.';
const CAREFUL = 'examples/reviews/careful.txt';

const runner = new Runner(reviews);
let server: ModelServer;
beforeAll(async () => {
  server = await startServer({ pace: 0, retryAfter: 0 });
});
afterAll(async () => {
  await runner.dispose();
  await server.close();
});

describe('the stand-in', () => {
  const words = { negation: 0, mixed: false, rare: false };

  test('it counts words, and minds negations and mixed reviews where it is told to', () => {
    expect(read('A lovely lamp, I recommend it.', words)).toMatchObject({
      label: 'positive',
      confidence: 0.95,
    });
    expect(read('Not bad at all.', words).label).toBe('negative');
    expect(read('Not bad at all.', { ...words, negation: 4 })).toMatchObject({
      label: 'positive',
      because: ['not … bad'],
    });
    expect(read('Great and lovely, but slow.', { ...words, mixed: true }).label).toBe('neutral');
    expect(read('It is blue.', words)).toMatchObject({ label: 'neutral', confidence: 0.2 });
  });

  test('a refused request is made again when the service says so, and both are told', async () => {
    const calls: Call[] = [];
    const busy = await startServer({ pace: 0, retryAfter: 0, busyEvery: 2 });
    const { signal } = new AbortController();
    const question = {
      url: busy.url,
      model: 'small' as const,
      prompt: PLAIN,
      signal,
      onCall: (call: Call) => calls.push(call),
    };
    await ask({ ...question, text: 'Good.' });
    await ask({ ...question, text: 'Awful.' });
    await busy.close();
    expect(calls.map(({ reading, refused }) => reading?.label ?? refused)).toEqual([
      'positive',
      '429, again in 0 s',
      'negative',
    ]);
    expect(calls.map(({ cost }) => cost > 0)).toEqual([true, false, true]);
  });
});

describe('the flow', () => {
  test('there are 200 reviews, each another', () => {
    expect(rows).toHaveLength(200);
    expect(new Set(rows.map(({ text }) => text)).size).toBe(200);
  });

  test('one review, spun with another prompt, gets another label', async () => {
    const given = {
      id: 1,
      product: 'lamp',
      stars: 5,
      text: 'No problem so far, and not a bad word about it.',
    };
    const options = { artifacts: { reviews: [given] }, params: { url: server.url } };
    const plain = await runner.spin(classify, options);
    const careful = await runner.spin(classify, {
      ...options,
      params: { ...options.params, prompt: CAREFUL },
    });
    expect(plain.artifacts.reading.label).toBe('negative');
    expect(careful.artifacts.reading.label).toBe('positive');
    expect(careful.cards[0]?.title).toBe('★★★★★ positive');
  });

  test('only what is doubtful is asked again', async () => {
    const first = rows.slice(0, 6).map((row, i): Labelled => {
      return { ...row, label: 'neutral', confidence: i < 2 ? 0.2 : 0.9, because: [] };
    });
    const spun = await runner.spin(secondLook, {
      artifacts: { first, calls: [] },
      params: { url: server.url },
    });
    expect(spun).toSucceed();
    const answered = spun.artifacts.calls.filter(({ reading }) => reading);
    expect(answered.map(({ model, text }) => [model, text])).toEqual(
      first.slice(0, 2).map(({ text }) => ['large', text]),
    );
    expect(spun.artifacts.second.slice(2)).toEqual(first.slice(2));
  });

  test('a service that fails is asked again, and all of it is right more often after the second look', async () => {
    const failing = await startServer({ pace: 0, retryAfter: 0, failures: 1 });
    const ran = await runner.run({ params: { url: failing.url, limit: 40 } });
    await failing.close();
    expect(ran).toSucceed();
    expect(failing.answered[500]).toBe(1);
    const { first, second, right } = ran.run.artifacts;
    expect(rightOf(await second)).toBe(await right);
    expect(await right).toBeGreaterThan(rightOf(await first));
    expect((await first).map(({ id }) => id)).toEqual(rows.slice(0, 40).map(({ id }) => id));
  });

  test('without a server, the start says how it is started', async () => {
    const closed = await startServer();
    await closed.close();
    const spun = await runner.spin(start, { artifacts: {}, params: { url: closed.url } });
    expect(spun).toFailWith(`No model answers at ${closed.url}`);
  });
});
