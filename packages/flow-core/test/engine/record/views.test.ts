import { Views } from '../../../src/engine/record/run-views';
import { encodeArtifact } from '../../../src/store/artifacts';
import { memoryStore } from '../../../src/store/open';
import { record } from '../../../src/store/records';

test('beyond what is kept at hand, artifacts are read from the store, those asked for at once in one request', async () => {
  const store = memoryStore();
  const reads = jest.spyOn(store, 'artifacts');
  const views = new Views('wide', 1, store, async () => {});
  const artifact = await encodeArtifact('n', 'x'.repeat(16_000), store.cas);
  const labels = Array.from({ length: 1000 }, (_, n) => `each/${n + 1}`);
  for (const [n, label] of labels.entries()) {
    views.add(label, undefined, [['n', artifact]], []);
    const address = { flow: 'wide', run: 1, step: 'each', task: n + 1, name: 'n' };
    await store.commit([record.artifact(address, artifact)]);
  }
  const all = await Promise.all(labels.map((label) => views.view(label)));
  for (const [n, { entries }] of all.entries()) {
    expect(entries.get('n')).toMatchObject({ at: labels[n], digest: artifact.digest, size: artifact.size });
    expect(entries.get('n')?.bytes).toHaveLength(artifact.size);
  }
  expect(reads).toHaveBeenCalledTimes(1);
  expect(reads.mock.calls[0]?.[0].length).toBeGreaterThan(0);
  expect(reads.mock.calls[0]?.[0].length).toBeLessThan(labels.length);
});

test('what is released makes room for what comes', async () => {
  const store = memoryStore();
  const reads = jest.spyOn(store, 'artifacts');
  const views = new Views('long', 1, store, async () => {});
  const artifact = await encodeArtifact('n', 'x'.repeat(16_000), store.cas);
  for (let n = 1; n <= 1000; n++) {
    views.add(`one/${n}`, undefined, [['n', artifact]], []);
    expect((await views.view(`one/${n}`)).entries.get('n')?.bytes).toBeDefined();
    views.release(`one/${n}`);
  }
  expect(reads).not.toHaveBeenCalled();
  expect(views.size).toBe(0);
});

test('a loop of many iterations keeps what the last one shows, and no chain behind it', async () => {
  const views = new Views('loop', 1, memoryStore(), async () => {});
  const { cas } = memoryStore();
  const first = await encodeArtifact('a', 'first', cas);
  views.add('start/1', undefined, [['a', first]], []);
  for (let n = 2; n <= 100; n++) {
    const before = n === 2 ? 'start/1' : `loop/${n - 1}`;
    views.add(`loop/${n}`, before, [['b', await encodeArtifact('b', n, cas)]], []);
    views.release(before);
  }
  const { entries } = await views.view('loop/100');
  expect([...entries].map(([name, { at }]) => [name, at])).toEqual([
    ['a', 'start/1'],
    ['b', 'loop/100'],
  ]);
  expect(views.size).toBe(1);
});
