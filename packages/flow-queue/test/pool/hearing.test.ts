/** What a run makes of what its workers say: twice, late, in another order, of what was sent again. No server is asked. */
import type { Job, PoolHost, TaskOutcome } from '@nx-flow/core/queue';
import type { QueueEvent } from '../../src/pool/events';
import { Hearing } from '../../src/pool/hearing';
import { Inbox } from '../../src/pool/inbox';
import { Sent } from '../../src/pool/sent';
import { Sizing } from '../../src/pool/sizing';
import { pack } from '../../src/wire/bytes';
import { noFreight } from '../../src/wire/freight';
import type { Message, Said } from '../../src/wire/message';

const job = (task: string, concurrency = 1): Job => ({
  spec: { step: 'each', task, attempt: 0, parents: ['start/1'], stack: [] },
  isolate: false,
  concurrency,
  views: ['start/1'],
});

const done: TaskOutcome = {
  startedAt: 1,
  durationMs: 2,
  status: 'done',
  result: { stored: [], references: [], counts: {}, reads: {} },
};

class Run {
  readonly heard: string[] = [];
  readonly events: QueueEvent[] = [];
  readonly sent = new Map<string, Sent>();
  readonly again: string[][] = [];
  readonly hearing: Hearing;
  #numbers = new Map<string, number>();

  constructor() {
    const host = {
      started: ({ spec }: Job) => this.heard.push(`started ${spec.task}`),
      log: ({ spec }: Job, stream: string, text: string) => this.heard.push(`${stream} ${spec.task} ${text}`),
      finished: ({ spec }: Job, outcome: TaskOutcome) =>
        this.heard.push(
          `${outcome.status} ${spec.task}${outcome.status === 'failed' ? ` ${outcome.failure.error.code}` : ''}`,
        ),
    } as unknown as PoolHost;
    this.hearing = new Hearing({
      ...{ host, freight: noFreight, sizing: new Sizing(), sent: this.sent },
      emit: (event) => this.events.push(event),
      parts: async () => [],
      again: (_, jobs) => this.again.push(jobs.map(({ spec }) => spec.task)),
      settled: () => {},
      takenLate: () => {},
      ended: () => {},
    });
  }

  send(id: string, jobs: readonly Job[]): Sent {
    const sent = new Sent(id, { queue: 'default', step: 'each', jobs });
    this.sent.set(id, sent);
    return sent;
  }

  said(from: string, ...messages: Message[]): Said {
    const number = (this.#numbers.get(from) ?? 0) + 1;
    this.#numbers.set(from, number);
    return { from, stream: from, number, body: pack(messages) };
  }

  say(from: string, ...messages: Message[]): Promise<void> {
    return this.hearing.hear(this.said(from, ...messages));
  }
}

const outcome = (chunk: string, at: number): Message => ({
  type: 'outcome',
  chunk,
  at,
  outcome: done,
  carried: [],
});

test('an outcome counts once, and only of the chunk as it was sent last', async () => {
  const run = new Run();
  const jobs = [job('1'), job('2')];
  run.send('a', jobs);
  await run.say(
    'w1',
    { type: 'taken', chunk: 'a' },
    { type: 'started', chunk: 'a', at: 0 },
    outcome('a', 0),
    outcome('a', 0),
  );
  await run.say('w1', { type: 'started', chunk: 'a', at: 1 });
  // Another worker finds that the first one was lost.
  await run.say('w2', { type: 'lost', chunk: 'a' });
  expect(run.again).toEqual([['2']]);
  run.send('b', [jobs[1] as Job]);
  // The first one goes on: nobody listens.
  await run.say('w1', outcome('a', 1), { type: 'log', chunk: 'a', at: 1, stream: 'stdout', text: 'late' });
  await run.say('w2', { type: 'taken', chunk: 'b' }, { type: 'started', chunk: 'b', at: 0 }, outcome('b', 0));
  // A worker that has not taken it has nothing to say of it.
  await run.say('w1', outcome('b', 0));
  expect(run.heard).toEqual([
    'started 1',
    'done 1',
    'started 2',
    'stderr 2 The worker w1 was lost while this task was executed: the task begins again.\n',
    'started 2',
    'done 2',
  ]);
  expect(run.hearing.dropped).toBe(3);
  expect(run.sent.size).toBe(0);
});

test('the third worker that is lost in the middle of a task fails it; those beside it go on', async () => {
  const run = new Run();
  const jobs = [job('1'), job('2')];
  for (const id of ['a', 'b', 'c']) {
    run.send(id, jobs);
    await run.say(
      'w',
      { type: 'taken', chunk: id },
      { type: 'started', chunk: id, at: 0 },
      { type: 'lost', chunk: id },
    );
  }
  expect(run.again).toEqual([['1', '2'], ['1', '2'], ['2']]);
  expect(run.heard.at(-1)).toBe('failed 1 FLOW_WORKER_LOST');
  expect(run.events.map(({ type }) => type)).toEqual(['worker-lost', 'worker-lost', 'worker-lost']);
});

test('a worker that cannot reach the large values is waited for, with one line; its task is given up with its worker', async () => {
  const run = new Run();
  run.send('a', [job('1')]);
  run.send('b', [job('2')]);
  await run.say('w1', { type: 'taken', chunk: 'a' }, { type: 'blobs-away', chunk: 'a', why: 'No folder.' });
  await run.say('w2', { type: 'taken', chunk: 'b' }, { type: 'blobs-away', chunk: 'b', why: 'No folder.' });
  await run.say('w1', { type: 'blobs-back', chunk: 'a' }, outcome('a', 0));
  expect(run.events).toEqual([{ type: 'blobs-away', worker: 'w1', why: 'No folder.' }]);
  expect(run.hearing.blobsAway.error(60_000)).toBeUndefined();
  expect(run.hearing.blobsAway.error(0)).toMatchObject({
    code: 'FLOW_BLOBS_AWAY',
    message: expect.stringMatching(/for large values of w2\. No folder\. Then resume the run\.$/),
  });
  await run.say('w3', { type: 'lost', chunk: 'b' });
  expect(run.events.map(({ type }) => type)).toEqual(['blobs-away', 'worker-lost', 'blobs-back']);
  expect(run.again).toEqual([['2']]);
});

test('inputs that no worker can read are waited for; of other code the run is told', async () => {
  const run = new Run();
  const why = 'No folder.';
  const refusal = { reason: 'unable', code: 'FLOW_BLOBS_AWAY', why } as const;
  for (const chunk of ['a', 'b']) {
    const sent = run.send(chunk, [job('1')]);
    await run.hearing.hear({ ...run.said('w1'), refused: { chunk, refusal } });
    expect(run.hearing.refusals.by('default', 'each')).toEqual(['w1']);
    run.hearing.waitForBlobs(sent, 'w1', why);
    expect(run.hearing.refusals.by('default', 'each')).toEqual([]);
  }
  run.send('c', [job('1')]);
  await run.say('w1', { type: 'taken', chunk: 'c' });
  expect(run.events.map(({ type }) => type)).toEqual(['worker-refused', 'blobs-away', 'blobs-back']);
});

test('what comes twice is heard once, and what comes early waits', async () => {
  const run = new Run();
  run.send('a', [job('1'), job('2')]);
  const all = [
    run.said('w', { type: 'taken', chunk: 'a' }),
    run.said('w', outcome('a', 0)),
    run.said('w', outcome('a', 1)),
  ] as const;
  await run.hearing.hear(all[2]);
  expect(run.heard).toEqual([]);
  for (const said of [all[0], all[1], all[1], all[2]]) await run.hearing.hear(said);
  expect(run.heard).toEqual(['done 1', 'done 2']);
});

test('what is missing is waited for, and not for ever', () => {
  let now = 0;
  const inbox = new Inbox(() => now);
  const said = (number: number): Said => ({ from: 'w', stream: 's', number });
  expect(inbox.take(said(1)).map(({ number }) => number)).toEqual([1]);
  expect(inbox.take(said(3))).toEqual([]);
  now = 19_000;
  expect(inbox.overdue()).toEqual([]);
  now = 20_000;
  expect(inbox.overdue().map(({ number }) => number)).toEqual([3]);
  // It comes all the same: too late.
  expect(inbox.take(said(2))).toEqual([]);
});

test('chunks grow with the pace of their step, and shrink when little is left', () => {
  const sizing = new Sizing();
  expect(sizing.of(job('1'), 10_000, 8)).toBe(1);
  expect(sizing.of(job('1', 4), 10_000, 8)).toBe(4);
  sizing.took('each', 10);
  expect(sizing.of(job('1'), 10_000, 8)).toBe(100);
  expect(sizing.of(job('1', 4), 10_000, 8)).toBe(400);
  expect(sizing.of(job('1'), 31, 8)).toBe(2);
  for (let n = 0; n < 50; n++) sizing.took('each', 5000);
  expect(sizing.of(job('1'), 10_000, 8)).toBe(1);
});
