/** The routes on a real store, asked without a socket: what the page reads, and what it executes. */
import { renameSync } from 'node:fs';
import { until, Workspace } from '../../../flow-core/test/kit/workspace';
import type { CardShown, Message } from '../../src/api/messages';
import type { SpinDetail, SpinEntry } from '../../src/api/routes';
import { type Asking, askHere } from '../kit/here';

const ws = new Workspace().shareProcess();
let asking: Asking;

beforeAll(async () => {
  ws.flow(
    'shows',
    `const start = f.start(({ params }) => ({ films: Array.from({ length: params.count }, (_, i) => ({ id: i, name: '<b>' + i, score: i })), made: new Date(0) }));
const genre = f.foreach('genre', { after: start, over: 'films' }, async ({ input, self, card }) => {
  console.log('film', input.name);
  card.add('# Card of ' + input.name);
  card.shared('together').add('a part of ' + input.name);
  if (self.films.length === 3 && input.id === 2) { tell('waits'); await hear('never'); }
  return { total: input.score + 1 };
});
const all = f.join('all', { after: genre }, ({ inputs }) => ({ sum: inputs.reduce((sum, one) => sum + one.total, 0) }));
const bad = f.step('bad', { after: all }, ({ self }) => {
  if (self.sum > 3) throw new Error('too <b>much</b>\\nfor this');
  return { ok: true };
});
export default f.end(bad);`,
    "count: z.coerce.number().int().describe('How many').default(2), title: z.string().default('a'), secret: z.string().optional()",
  );
  await ws.ok(['run', 'shows']);
  await ws.nxFlow(['run', 'shows', '--params.count=4', '--tag=large']);
  asking = await askHere(ws.folder);
});
afterAll(async () => {
  await asking.here.close();
  await ws.dispose();
});

const json: Asking['json'] = (...args) => asking.json(...args);

/** Resolves when a spin has ended, with all of it. */
async function ended(n: number): Promise<SpinDetail> {
  await until(
    () => asking.here.spins.list().spins.find((one) => one.n === n)?.status !== 'running',
    `spin ${n}`,
  );
  return json(`/api/spins/${n}`);
}

describe('reading', () => {
  test('about: the flows, with those that have a file', async () => {
    expect(await json('/api/about')).toMatchObject({
      version: 1,
      flows: [{ name: 'shows', file: 'shows.flow.ts', runs: true }],
    });
  });

  test.each([
    ['', [2, 1]],
    ['?sort=started', [1, 2]],
    ['?status=failed', [2]],
    ['?status=failed,done', [2, 1]],
    ['?tag=large', [2]],
    ['?param=count%3D4', [2]],
    ['?error=MUCH', [2]],
    ['?q=large', [2]],
    ['?since=1h', [2, 1]],
    ['?until=2020-01-01', []],
    ['?user=nobody', []],
    ['?flow=none', []],
  ])('runs by their filters: %s', async (query, numbers) => {
    const { runs } = await json(`/api/runs${query}`);
    expect(runs.map(({ run }: { run: number }) => run)).toEqual(numbers);
  });

  test('runs a page at a time', async () => {
    const first = await json('/api/runs?limit=1');
    expect(first.runs).toHaveLength(1);
    const second = await json(`/api/runs?limit=1&cursor=${encodeURIComponent(first.cursor)}`);
    expect([first, second].map(({ runs }) => runs[0].run)).toEqual([2, 1]);
    expect(second.cursor).toBeUndefined();
  });

  test('a run: its graph with counts, and the first line of its error', async () => {
    const run = await json('/api/run/shows/2');
    expect(run).toMatchObject({ status: 'failed', error: 'Error: too <b>much</b>', params: { count: '4' } });
    expect(
      run.graph.nodes.map(({ name, inside }: { name: string; inside: string[] }) => [name, ...inside]),
    ).toEqual([['start'], ['genre', 'genre'], ['all'], ['bad'], ['end']]);
    expect(run.graph.nodes[1].tasks).toEqual({ total: 4, done: 4, failed: 0, running: 0, caught: 0 });
    expect(run.graph.edges).toContainEqual(['genre', 'all']);
    expect(run.shared).toMatchObject([{ step: 'genre', id: 'together' }]);
  });

  test('all tasks, in columns of one length', async () => {
    const { steps, errors, tries, ...columns } = await json('/api/run/shows/2/tasks');
    expect(new Set(Object.values(columns).map((list) => (list as unknown[]).length))).toEqual(new Set([7]));
    expect(Object.values(errors)).toEqual(['Error: too <b>much</b>']);
    expect(steps).toEqual(['start', 'genre', 'all', 'bad', 'end']);
    expect(tries).toEqual({});
  });

  test('a task: what it was executed on, what it returned, its source where it threw', async () => {
    const genre = await json('/api/task/shows/1/genre/2');
    expect(genre).toMatchObject({
      index: [0],
      parents: ['shows/1/start/1'],
      children: ['shows/1/all/4'],
      childrenOf: 1,
      spin: true,
      cards: [{ id: 'default', attempt: 0 }],
      outputs: [{ name: 'total', preview: '1' }],
    });
    expect(genre.inputs.map(({ name }: { name: string }) => name)).toEqual(['input', 'films', 'made']);
    expect(genre.inputs[0]).toMatchObject({
      ...{ type: 'Object', pathspec: 'shows/1/start/1', in: { name: 'films', path: [0] } },
      preview: expect.stringContaining('<b>0'),
    });
    const bad = await json('/api/task/shows/2/bad/7');
    expect(bad).toMatchObject({ status: 'failed', source: { file: 'shows.flow.ts' } });
    const { first, marked, lines } = bad.source;
    expect(lines[marked - first]).toContain("throw new Error('too");
  });

  test('what it printed, from where one has it', async () => {
    const log = await json('/api/log/shows/1/genre/2');
    expect(log).toMatchObject({ pieces: [{ stream: 'stdout', text: 'film <b>0\n' }], next: 1, ended: true });
    expect(await json('/api/log/shows/1/genre/2?from=1')).toEqual({ pieces: [], next: 1, ended: true });
  });

  test('two runs and two tasks beside each other', async () => {
    const runs = await json('/api/compare?a=shows/1&b=shows/2');
    expect(runs.params.find(({ name }: { name: string }) => name === 'count')).toMatchObject({
      a: '2',
      b: '4',
      change: 'changed',
    });
    expect(runs.artifacts).toContainEqual(
      expect.objectContaining({ name: 'all.sum', a: '3', b: '10', change: 'changed' }),
    );
    const tasks = await json('/api/compare?a=shows/1/genre/2&b=shows/1/genre/3');
    expect(tasks.artifacts).toEqual([
      {
        name: 'total',
        a: '1',
        b: '2',
        change: 'changed',
        inside: ['total  1 value changed', '  ~ total  1 → 2  +1'],
      },
    ]);
    expect(await asking.refused('/api/compare?a=shows/1&b=shows/1/genre/2')).toEqual([400, 'FLOW_USAGE']);
  });

  test.each([
    ['/api/run/shows/9', 404, 'FLOW_RUN_NOT_FOUND'],
    ['/api/run/none/1', 404, 'FLOW_RUN_NOT_FOUND'],
    ['/api/task/shows/1/none/1', 404, 'FLOW_STEP_NOT_FOUND'],
    ['/api/task/shows/1/genre/99', 404, 'FLOW_TASK_NOT_FOUND'],
    ['/api/runs?sort=colour', 400, 'FLOW_UI_REQUEST'],
    ['/api/runs?since=soon', 400, 'FLOW_UI_REQUEST'],
    ['/api/runs?cursor=x', 400, 'FLOW_UI_REQUEST'],
    ['/api/flow/none', 404, 'FLOW_NOT_FOUND'],
    ['/api/inputs?flow=shows', 400, 'FLOW_UI_REQUEST'],
    ['/api/inputs?flow=shows&step=genre&index=a', 400, 'FLOW_UI_REQUEST'],
    ['/api/spins/7', 404, 'FLOW_SPIN_NOT_FOUND'],
    ['/api/none', 404, 'FLOW_UI_REQUEST'],
  ])('what is not there, or is not understood: %s', async (path, ...refusal) => {
    expect(await asking.refused(path)).toEqual(refusal);
  });

  test('tags, added and removed', async () => {
    expect((await json('/api/tags', { body: { run: 'shows/1', add: ['b', 'a'], remove: [] } })).tags).toEqual(
      ['a', 'b'],
    );
    expect((await json('/api/tags', { body: { run: 'shows/1', add: [], remove: ['a', 'b'] } })).tags).toEqual(
      [],
    );
    expect(
      await asking.refused('/api/tags', { body: { run: 'shows/1', add: ['user:x'], remove: [] } }),
    ).toEqual([400, 'FLOW_TAG_SYSTEM']);
    expect(await asking.refused('/api/tags', { body: { run: 'shows/1', add: 'a' } })).toEqual([
      400,
      'FLOW_UI_REQUEST',
    ]);
  });
});

describe('frames', () => {
  const shown = async (body: object) => {
    const { url } = await json('/api/frame', { body });
    const first = await asking.ask(url, { anybody: true });
    expect(first.headers.get('content-security-policy')).toMatch(
      /^sandbox allow-scripts; default-src 'none'/,
    );
    expect((await asking.ask(url, { anybody: true })).status).toBe(410);
    return first.text();
  };

  test('a card, a value, a part of one, a parameter: each once, sandboxed, and never as markup', async () => {
    expect(await shown({ card: { task: 'shows/1/genre/2', id: 'default' } })).toContain('Card of');
    expect(await shown({ card: { step: 'shows/1/genre', id: 'together' } })).toContain('a part of');
    const films = await shown({ value: { task: 'shows/1/start/1', name: 'films' } });
    expect(films).toContain('&#60;b&#62;1');
    expect(films).not.toContain('<b>1');
    expect(await shown({ value: { task: 'shows/1/start/1', name: 'films', path: [1, 'name'] } })).toContain(
      '&#60;b&#62;1',
    );
    expect(await shown({ value: { task: 'shows/1/params/0', name: 'count' } })).toContain('count: number');
  });

  test.each([
    [{ card: { task: 'shows/1/genre/2', id: 'none' } }, 404, 'FLOW_CARD_NOT_FOUND'],
    [{ card: { task: '../../etc/passwd', id: 'default' } }, 400, 'FLOW_PATHSPEC'],
    [{ value: { task: 'shows/1/start/1', name: 'none' } }, 404, 'FLOW_ARTIFACT_NOT_FOUND'],
    [{ value: { task: 'shows/1/start/1', name: 'films', path: 'x' } }, 400, 'FLOW_UI_REQUEST'],
    [{ value: { inputs: { flow: 'shows', step: 'bad' }, name: 'sum' } }, 404, 'FLOW_ARTIFACT_NOT_FOUND'],
    [{ card: 'x' }, 400, 'FLOW_UI_REQUEST'],
  ])('what is not there, or is not understood: %j', async (body, ...refusal) => {
    expect(await asking.refused('/api/frame', { body })).toEqual(refusal);
  });
});

describe('executing', () => {
  test("a form from the parameters' schemas", async () => {
    const { params, steps } = await json('/api/flow/shows');
    expect(params).toEqual([
      {
        name: 'count',
        required: false,
        default: 2,
        schema: expect.objectContaining({ type: 'integer', description: 'How many' }),
      },
      { name: 'title', required: false, default: 'a', schema: expect.objectContaining({ type: 'string' }) },
      { name: 'secret', required: false, schema: { type: 'string' } },
    ]);
    expect(steps.map(({ name }: { name: string }) => name)).toEqual(['start', 'genre', 'all', 'bad', 'end']);
  });

  test('the inputs of a join, from one of them on, with how many there are', async () => {
    const { joined, inputs } = await json('/api/inputs?flow=shows&step=all&run=1&from=1');
    expect(joined).toEqual({ from: 1, to: 2, of: 2 });
    expect(inputs.map(({ name }: { name: string }) => name)).toContain('1.total');
    expect(inputs.some(({ name }: { name: string }) => name.startsWith('0.'))).toBe(false);
  });

  test('inputs as JSON where that says all of them; a step with some changed, beside its origin and beside the spin before', async () => {
    const { choice, origin, inputs, splits } = await json('/api/inputs?flow=shows&step=genre&run=1&index=1');
    expect([choice.index, origin, splits.length]).toEqual([[1], 'shows/1/genre/3', 2]);
    const byName = Object.fromEntries(inputs.map((one: { name: string }) => [one.name, one]));
    expect(JSON.parse(byName.films.json)).toHaveLength(2);
    expect([byName.made.json, byName.made.fixed]).toEqual([undefined, expect.stringContaining('Date')]);
    expect(byName.input).toMatchObject({ kind: 'item', fixed: expect.stringContaining('films') });
    expect(await json('/api/frame', { body: { value: { inputs: choice, name: 'input' } } })).toEqual({
      url: expect.stringMatching(/^\/frame\//),
    });

    const plain = await json('/api/spins', { body: choice });
    expect(await ended(plain.n)).toMatchObject({
      status: 'done',
      changed: 0,
      here: true,
      origin: 'shows/1/genre/3',
    });
    const films = JSON.stringify([
      { id: 0, name: 'x', score: 0 },
      { id: 1, name: 'y', score: 8 },
    ]);
    const { n } = await json('/api/spins', { body: { ...choice, set: { films } } });
    const spun = await ended(n);
    expect(spun).toMatchObject({
      status: 'done',
      changed: 1,
      changedSince: 1,
      cards: [{ id: 'default' }, { id: 'together' }],
    });
    expect(spun.artifacts).toMatchObject([
      {
        name: 'total',
        change: 'changed',
        inside: ['total  1 value changed', '  ~ total  2 → 9  +7'],
        since: 'changed',
      },
    ]);
    expect(spun.artifacts[0]?.sinceInside).toEqual(['total  1 value changed', '  ~ total  2 → 9  +7']);
    expect(spun.originCards).toMatchObject([{ id: 'default' }, { id: 'together', shared: true }]);
    expect((await json(`/api/spins/${n}/log`)).pieces).toMatchObject([{ text: 'film y\n' }]);
    for (const body of [{ card: { spin: n, id: 'default' } }, { value: { spin: n, name: 'total' } }])
      expect((await json('/api/frame', { body })).url).toMatch(/^\/frame\//);
    // Nothing of it is in the store.
    expect((await json('/api/runs')).runs).toHaveLength(2);
  });

  test('a spin that fails, one that is refused, and one that is ended', async () => {
    const failed = await json('/api/spins', { body: { flow: 'shows', step: 'bad', run: 2 } });
    expect(await ended(failed.n)).toMatchObject({ status: 'failed', error: 'Error: too <b>much</b>' });
    const refused = await json('/api/spins', {
      body: { flow: 'shows', step: 'bad', params: { count: '"x"' } },
    });
    expect(await ended(refused.n)).toMatchObject({ status: 'failed', failure: { code: 'FLOW_PARAMS' } });
    const films = JSON.stringify([0, 1, 2].map((id) => ({ id, name: 'a', score: 0 })));
    const waits = await json('/api/spins', {
      body: { flow: 'shows', step: 'genre', index: [2], set: { films } },
    });
    await ws.hear('waits');
    await json(`/api/spins/${waits.n}`, {
      method: 'DELETE',
      headers: { 'content-type': 'application/json' },
    });
    expect(await json(`/api/spins/${waits.n}`)).toMatchObject({ status: 'stopped' });
    expect(
      await asking.refused('/api/spins', { body: { flow: 'shows', step: 'bad', set: { a: '{' } } }),
    ).toEqual([400, 'FLOW_UI_REQUEST']);
    expect(await asking.refused('/api/spins', { body: { flow: '../x', step: 'bad' } })).toEqual([
      404,
      'FLOW_NOT_FOUND',
    ]);
  });

  test('spins of other commands stand beside them', async () => {
    await ws.ok(['spin', 'shows', '1/all']);
    const others = () => asking.here.spins.list().spins.filter((one: SpinEntry) => !one.here);
    await until(() => others()[0]?.status === 'done', 'the spin of the command');
    expect(others()).toMatchObject([{ step: 'all', user: 'tester', changed: 0 }]);
  });

  test('a run by its form, and one that is refused; ended by whom started it', async () => {
    expect(
      await json('/api/work', {
        body: { run: { flow: 'shows', params: { count: '1', title: '"b c"' }, tags: ['ui'] } },
      }),
    ).toEqual({
      run: 'shows/3',
    });
    await until(() => !asking.here.works.has('shows/3'), 'the end of the run');
    expect(await json('/api/run/shows/3')).toMatchObject({
      status: 'done',
      tags: ['ui'],
      params: { count: 1, title: 'b c' },
    });
    expect(
      await asking.refused('/api/work', { body: { run: { flow: 'shows', params: { count: '"x"' } } } }),
    ).toEqual([400, 'FLOW_PARAMS']);
    expect(await asking.refused('/api/work', { body: { resume: { run: 'shows' } } })).toEqual([
      400,
      'FLOW_UI_REQUEST',
    ]);
    const ends = { method: 'DELETE', headers: { 'content-type': 'application/json' } };
    expect(await asking.refused('/api/work/shows/3', ends)).toEqual([404, 'FLOW_RUN_NOT_FOUND']);
  });
});

describe('what goes on', () => {
  test('a task is seen as soon as it has begun, with the card that changes; a run is ended from where it was started', async () => {
    ws.silence();
    const listener = asking.here.hub.listen();
    const heard: Message[] = [];
    const listening = (async () => {
      for (let some = await listener.next(); some; some = await listener.next())
        heard.push(...some.map((json) => JSON.parse(json) as Message));
    })();
    expect(await json('/api/work', { body: { run: { flow: 'shows', params: { count: '3' } } } })).toEqual({
      run: 'shows/4',
    });
    await ws.hear('waits');
    const isOfLast = (one: Message) => one.type === 'card' && /Card of .*2/.test(one.html);
    await until(() => heard.some(isOfLast), 'the card of the task that goes on');
    const { task } = heard.find(isOfLast) as CardShown;
    const run = await json('/api/run/shows/4');
    expect(run).toMatchObject({ status: 'running', here: true, current: ['genre'] });
    expect(await json(`/api/task/${task}`)).toMatchObject({
      status: 'running',
      index: [2],
      cards: [{ id: 'default' }],
    });
    expect(await json(`/api/log/${task}`)).toMatchObject({ ended: false });
    const { step, status } = await json('/api/run/shows/4/tasks');
    expect(step.length).toBe(status.length);
    expect(status.filter((one: number) => one === 0)).toHaveLength(1);
    const frame = await json('/api/frame', { body: { card: { task, id: 'default' } } });
    expect(frame.policy).toMatch(/^default-src 'none'/);
    expect(await (await asking.ask(frame.url, { anybody: true })).text()).toContain('class="live"');
    await json('/api/work/shows/4', { method: 'DELETE', headers: { 'content-type': 'application/json' } });
    await until(() => !asking.here.works.has('shows/4'), 'the end of the run');
    const after = await json('/api/run/shows/4');
    expect([after.status === 'running', after.here]).toEqual([false, undefined]);
    expect(heard.some((one) => one.type === 'event' && one.event.type === 'run-done')).toBe(true);
    asking.here.hub.leave(listener);
    await listening;
  });
});

describe('the store', () => {
  test('looking at runs keeps none of them from being removed; one that was removed is not there', async () => {
    await ws.ok(['rm', 'shows', '3']);
    await ws.ok(['rm', 'shows', '4']);
    expect(await asking.refused('/api/run/shows/3')).toEqual([404, 'FLOW_RUN_REMOVED']);
  });

  test('it goes while the page is open, and comes back', async () => {
    for (const pid of ws.brokers()) process.kill(pid);
    await until(() => ws.brokers().length === 0, 'the end of the broker');
    renameSync(ws.path('.flow'), ws.path('.flow-away'));
    expect(await asking.refused('/api/runs')).toEqual([503, 'FLOW_STORE_UNAVAILABLE']);
    expect(await asking.sentence('/api/runs')).toMatch(/is not there any more\.$/);
    renameSync(ws.path('.flow-away'), ws.path('.flow'));
    expect((await json('/api/runs')).runs).toHaveLength(2);
  });
});
