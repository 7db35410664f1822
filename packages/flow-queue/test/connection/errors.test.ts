/** What goes wrong with the server of a queue: one sentence, a code, and never the password. */
import { migrateQueue, openQueuePool, shownUrl, startAgent } from '../../src';
import { Server } from '../../src/connection/server';
import { hasPostgres, redisProgram, startPostgres, startRedis, type TestServer } from '../kit/servers';

const failure = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => ({ code: 'none', message: '' }),
    (thrown: { code: string; message: string }) => thrown,
  );
  return `${error.code}: ${error.message}`;
};

test.each([
  [
    undefined,
    'FLOW_QUEUE_URL: No queue is given: set NX_FLOW_QUEUE to redis://host:6379 or postgres://user@host/database, or give --queue.',
  ],
  [
    'localhost:6379',
    'FLOW_QUEUE_URL: The address of the queue is no URL: it begins with redis://, rediss:// (with TLS), or postgres://, such as redis://host:6379.',
  ],
  [
    'amqp://user:hidden@host',
    'FLOW_QUEUE_URL: "amqp://" is no queue: it begins with redis://, rediss:// (with TLS), or postgres://, such as redis://host:6379.',
  ],
  [
    'redis://:hidden@host:6379/flows',
    'FLOW_QUEUE_URL: redis://host:6379/flows names no database of Redis, which have numbers: such as redis://host:6379/2, or nothing after the port.',
  ],
  [
    'postgres://me:12/hidden@host/flows',
    'FLOW_QUEUE_URL: The address of the queue has a user or password with a sign that ends it: write / as %2F, # as %23, ? as %3F and @ as %40 there.',
  ],
])('%s is refused', async (url, expected) => {
  expect(await failure(Server.open(url))).toBe(expected);
});

test('an address is shown without what proves who asks', () => {
  expect(shownUrl('redis://user:hidden@host:6379/2?password=hidden')).toBe('redis://host:6379/2');
  expect(shownUrl('postgres://user:hidden@host/flows?sslkey=hidden')).toBe('postgres://host/flows');
  for (const url of ['hidden', 'redis://hidden/more@host', 'redis://user:12#hidden@host'])
    expect(shownUrl(url)).toBe('the queue');
});

test.each(['redis://user:hidden@127.0.0.1:1', 'postgres://user:hidden@127.0.0.1:1/flows'])(
  'a server that does not answer: %s',
  async (url) => {
    const shown = url.replace('user:hidden@', '');
    expect(await failure(Server.open(url))).toBe(
      `FLOW_QUEUE_AWAY: The queue ${shown} does not answer (ECONNREFUSED): is its server started, and reachable from here?`,
    );
  },
);

test('the name of a queue is checked before anything is asked', async () => {
  const agent = { url: 'redis://127.0.0.1:1', workspace: '/', slots: 1, resources: {}, cas: '/' };
  expect(await failure(startAgent({ ...agent, queues: ['GPU'] }))).toBe(
    'FLOW_QUEUE_NAME: "GPU" is no name of a queue: it has small letters, digits and hyphens, such as "gpu", and at most 40 of them.',
  );
  const pool = { url: agent.url, flow: 'f', file: '/f.flow.ts', workspace: '/', max: 1 };
  expect(await failure(openQueuePool({ ...pool, queue: 'a_b' }))).toMatch(/^FLOW_QUEUE_NAME: "a_b" is no/);
});

(redisProgram === undefined ? describe.skip : describe)('Redis', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startRedis({ password: 'secret-word' });
  });
  afterAll(() => server.close());

  test.each(['', ':wrong-word@', 'nobody:wrong-word@'])('with the credentials "%s"', async (given) => {
    const url = server.url.replace('//', `//${given}`);
    expect(await failure(Server.open(url))).toBe(
      `FLOW_QUEUE_REFUSED: The queue ${server.url} refuses who asks: user and password are part of its URL, in NX_FLOW_QUEUE.`,
    );
  });

  test('a database that is not there', async () => {
    const url = `${server.url.replace('//', '//:secret-word@')}/99`;
    expect(await failure(Server.open(url))).toBe(
      `FLOW_QUEUE_AWAY: The server of ${server.url}/99 has no such database: its setting databases says how many there are.`,
    );
  });

  test('with the right ones', async () => {
    const opened = await Server.open(server.url.replace('//', '//:secret-word@'));
    await opened.ping();
    await opened.close();
  });
});

(hasPostgres ? describe : describe.skip)('PostgreSQL', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.close());

  test('without tables, then with them, twice', async () => {
    expect(await failure(Server.open(server.url))).toBe(
      `FLOW_QUEUE_MIGRATE: The database of ${shownUrl(server.url)} has no tables for a queue yet, or older ones: nx-flow queue --migrate makes them.`,
    );
    await migrateQueue(server.url);
    await migrateQueue(server.url);
    const opened = await Server.open(server.url);
    await opened.ping();
    await opened.close();
  });

  test('a clock that is not that of the server', async () => {
    const now = Date.now;
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => now() - 600_000);
    try {
      expect(await failure(Server.open(server.url))).toBe(
        `FLOW_QUEUE_CLOCK: The clock of this machine is 600 s behind that of ${shownUrl(server.url)}: set both right, or use Redis, which does not mind.`,
      );
    } finally {
      clock.mockRestore();
    }
  });

  test('a certificate that cannot be read, and a server without TLS', async () => {
    expect(await failure(Server.open(`${server.url}?sslrootcert=/not/there.pem`))).toBe(
      'FLOW_QUEUE_URL: The address of the queue names /not/there.pem, which cannot be read (ENOENT).',
    );
    expect(await failure(Server.open(`${server.url}?sslmode=require`))).toBe(
      `FLOW_QUEUE_TLS: The server of ${shownUrl(server.url)} has no TLS: leave it out of the address.`,
    );
  });

  test('a user, and a database, that are not there', async () => {
    expect(await failure(Server.open(server.url.replace('flow@', 'nobody:hidden@')))).toMatch(
      /^FLOW_QUEUE_REFUSED: /,
    );
    expect(
      await failure(Server.open(server.url.replace('/postgres', '/flows').replace('//flow', '//flow'))),
    ).toBe(
      `FLOW_QUEUE_AWAY: The server of ${shownUrl(server.url).replace('/postgres', '/flows')} has no such database: create it first.`,
    );
  });
});
