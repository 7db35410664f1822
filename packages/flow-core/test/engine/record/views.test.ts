import { Views } from '../../../src/engine/record/run-views';
import { memoryStore } from '../../../src/store/open';
import { record } from '../../../src/store/rows/records';
import { encodeArtifact } from '../../../src/store/values/artifacts';

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

test('what several tasks show is read once, and is one object', async () => {
  const store = memoryStore();
  const list = await encodeArtifact('ns', [1, 2, 3], store.cas);
  await store.commit([record.artifact({ flow: 'wide', run: 1, step: 'start', task: 1, name: 'ns' }, list)]);
  const reads = jest.spyOn(store, 'artifacts');
  const views = new Views('wide', 2, store, async () => {});
  for (const label of ['each/2', 'each/3']) views.addTaken(label, undefined, [['ns', '1/start/1']]);
  const [a, b] = await Promise.all([views.view('each/2'), views.view('each/3')]);
  expect(reads.mock.calls.map(([wanted]) => wanted.length)).toEqual([1]);
  expect(a.entries.get('ns')).toMatchObject({ at: '1/start/1', digest: list.digest });
  expect(a.entries.get('ns')).toBe(b.entries.get('ns'));
});

test('a task that was taken over shows what it showed, in that order, whatever its base shows', () => {
  const shown: Record<string, [name: string, at: string][]> = {
    'the same': [
      ['a', '1/start/1'],
      ['b', '1/start/1'],
    ],
    'more, of its own': [
      ['a', '1/start/1'],
      ['b', '1/start/1'],
      ['c', '1/each/2'],
      ['d', '1/each/2'],
    ],
    'more, of several': [
      ['a', '1/start/1'],
      ['b', '1/start/1'],
      ['c', '7/each/2'],
      ['d', '1/each/2'],
    ],
    'one set anew': [
      ['b', '1/start/1'],
      ['a', '1/each/2'],
    ],
    'one dropped': [['b', '1/start/1']],
    'another order': [
      ['b', '1/start/1'],
      ['a', '1/start/1'],
      ['c', '1/each/2'],
    ],
    'nothing of it': [['x', '1/each/2']],
    'nothing at all': [],
  };
  for (const [what, places] of Object.entries(shown)) {
    const views = new Views('wide', 2, memoryStore(), async () => {});
    views.addTaken('start/1', undefined, [
      ['a', '1/start/1'],
      ['b', '1/start/1'],
    ]);
    views.addTaken('each/2', 'start/1', places);
    expect([what, Object.entries(views.inherited('each/2'))]).toEqual([what, places]);
    for (const label of ['start/1', 'each/2']) views.release(label);
    expect(views.size).toBe(0);
  }
});

test('what lies in another run is read while this one writes, and what is not written yet when it is', async () => {
  const store = memoryStore();
  const n = await encodeArtifact('n', 1, store.cas);
  const large = await encodeArtifact('large', 'x'.repeat(30_000), store.cas);
  const address = { flow: 'wide', step: 'each', name: 'n' };
  await store.commit([record.artifact({ ...address, run: 1, task: 7 }, n)]);
  let written = () => {};
  const settled = new Promise<void>((resolve) => {
    written = resolve;
  });
  const views = new Views('wide', 2, store, () => settled);
  views.addTaken('each/2', undefined, [['n', '1/each/7']]);
  expect((await views.view('each/2')).entries.get('n')).toMatchObject({ digest: n.digest });
  // More than is kept at hand.
  for (let task = 10; task < 400; task++) views.add(`each/${task}`, undefined, [['large', large]], []);
  const own = { ...address, run: 2, task: 399, name: 'large' };
  const reading = Promise.resolve(views.view('each/399'));
  await store.commit([record.artifact(own, large)]);
  written();
  expect((await reading).entries.get('large')?.bytes).toHaveLength(large.size);
});

test('what many tasks show is read once, whenever they are asked for', async () => {
  const store = memoryStore();
  const address = { flow: 'wide', run: 1, step: 'start', task: 1 };
  const list = await encodeArtifact('ns', [1, 2, 3], store.cas);
  const n = await encodeArtifact('n', 1, store.cas);
  const labels = Array.from({ length: 8 }, (_, i) => `each/${i + 2}`);
  const own = labels.map((_, i) => record.artifact({ ...address, step: 'each', task: i + 2, name: 'n' }, n));
  await store.commit([record.artifact({ ...address, name: 'ns' }, list), ...own]);
  const reads = jest.spyOn(store, 'artifacts');
  const views = new Views('wide', 2, store, async () => {});
  for (const label of labels) {
    const shown: [string, string][] = [
      ['ns', '1/start/1'],
      ['n', `1/${label}`],
    ];
    views.addTaken(label, undefined, shown);
  }
  for (let at = 0; at < labels.length; at += 2)
    await Promise.all(labels.slice(at, at + 2).map((label) => views.view(label)));
  expect(reads.mock.calls.map(([wanted]) => wanted.length)).toEqual([3, 2, 2, 2]);
});
