import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { serialize } from 'node:v8';
import fc from 'fast-check';
import { packageFile } from '../../../src/environment/package-root';
import { BrokerKv } from '../../../src/store/broker/client';
import { frame, LARGEST, MESSAGES, socketPath, Unframer } from '../../../src/store/broker/protocol';
import { FileCas } from '../../../src/store/cas/cas';
import { scan } from '../../../src/store/kv/kv';
import { clientProcess } from '../helpers/client-process';
import {
  alive,
  brokersOf,
  kill,
  startBroker,
  temporaryPlace,
  until,
  withEnvironment,
} from '../helpers/place';

let place: ReturnType<typeof temporaryPlace>;
let store: string;
let opened: BrokerKv[];

beforeEach(() => {
  place = temporaryPlace();
  store = place.folder;
  opened = [];
});
afterEach(async () => {
  await Promise.all(opened.map((kv) => kv.close()));
  await place.dispose();
});

function open(folder = store): BrokerKv {
  const kv = BrokerKv.open(folder);
  opened.push(kv);
  return kv;
}

/** One more broker for a store that has one: resolves when it has left without a complaint. */
async function superfluousBroker(): Promise<void> {
  const child = spawn(process.execPath, [packageFile('dist/broker.js'), store, '0'], { stdio: 'pipe' });
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  expect(await once(child, 'close')).toEqual([0, null]);
  expect(said).toBe('');
}

const ALL = { gte: '', lt: '\x7f' };
const text = (value: Uint8Array | undefined) => value && Buffer.from(value).toString();
const theBroker = () => {
  const [pid, ...others] = brokersOf(store);
  expect(others).toEqual([]);
  return pid as number;
};

async function contents(kv: BrokerKv): Promise<Map<string, string>> {
  const all = new Map<string, string>();
  for await (const [key, value] of scan(kv, ALL)) all.set(key, text(value) as string);
  return all;
}

describe('when the broker is killed', () => {
  withEnvironment('CI', undefined);

  test('nothing acknowledged is lost, nothing is torn, and the client goes on by itself', async () => {
    const kv = open();
    const KILLS = 4;
    const BETWEEN = 150;
    const payload = 'x'.repeat(500);
    const acknowledged = new Set<number>();
    const killed = new Set<number>();
    let next = 0;
    const write = async () => {
      while (acknowledged.size < KILLS * BETWEEN + 50) {
        const i = next++;
        await kv.batch(
          [
            { key: `a/${i}`, value: `${i} ${payload}` },
            { key: `b/${i}`, value: `${i} ${payload}` },
            { key: 'last', value: String(i) },
          ],
          { sync: i % 50 === 0 },
        );
        acknowledged.add(i);
        if (acknowledged.size % BETWEEN === 0 && killed.size < KILLS) {
          // The other writers' batches are on their way.
          for (const pid of brokersOf(store)) {
            process.kill(pid, 'SIGKILL');
            killed.add(pid);
          }
        }
      }
    };
    await Promise.all(Array.from({ length: 32 }, write));
    expect(killed.size).toBe(KILLS);

    await kill(theBroker());
    const found = await contents(open());
    for (const i of acknowledged) {
      expect(found.get(`a/${i}`)).toBe(`${i} ${payload}`);
      expect(found.get(`b/${i}`)).toBe(`${i} ${payload}`);
    }
    expect(found.get('last')).toBe(String(next - 1));
    expect(found.size).toBe(2 * next + 1);
  });

  test('writes that are sent again come in their order', async () => {
    const kv = open();
    const model = new Map<string, string>();
    const pending: Promise<void>[] = [];
    for (let i = 0; i < 1200; i++) {
      const key = `k/${(i * 7) % 20}`;
      const value = i % 5 === 0 ? undefined : String(i);
      if (value === undefined) model.delete(key);
      else model.set(key, value);
      pending.push(kv.batch([{ key, value } as { key: string; value: string }]));
      if (i % 300 === 150) {
        await pending[i - 20];
        process.kill(theBroker(), 'SIGKILL');
      }
    }
    expect(await contents(kv)).toEqual(new Map([...model].sort(([a], [b]) => (a < b ? -1 : 1))));
    await Promise.all(pending);
  });

  test('a claim that is sent again gets the same number, so that there is no gap', async () => {
    const kv = open();
    const claim = (from: number) =>
      Array.from({ length: 100 }, (_, i) => kv.claim('counter', `nonce/${from + i}`));
    const claims = claim(0);
    await claims[20];
    process.kill(theBroker(), 'SIGKILL');
    // What the first had answered may still arrive; these are answered by the one after it.
    await Promise.all(claims);
    claims.push(...claim(100));
    await claims[120];
    process.kill(theBroker(), 'SIGKILL');
    const numbers = await Promise.all(claims);
    expect(numbers).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
    expect(await Promise.all(numbers.map((_, i) => kv.claim('counter', `nonce/${i}`)))).toEqual(numbers);
  });

  test('its socket is replaced', async () => {
    const first = await startBroker(store, 60_000);
    await kill(first.pid);
    expect(existsSync(socketPath(store))).toBe(true);
    const kv = open();
    await kv.batch([{ key: 'k', value: 'v' }]);
    expect(theBroker()).not.toBe(first.pid);
  });

  test('close still waits for what was asked before it', async () => {
    const kv = open();
    await kv.get('k');
    const writes = Array.from({ length: 20 }, (_, i) => kv.batch([{ key: `k/${i}`, value: 'v' }]));
    process.kill(theBroker(), 'SIGKILL');
    await kv.close();
    await Promise.all(writes);
    expect((await contents(open())).size).toBe(20);
  });
});

describe('who starts a broker', () => {
  withEnvironment('CI', undefined);

  test('processes that start at once end up with one broker', async () => {
    const clients = Array.from({ length: 5 }, (_, i) => clientProcess(store, `n${i}`));
    for (const client of clients) expect(await client.line()).toBe('ready');
    for (const client of clients) client.go();
    const said = await Promise.all(
      clients.map(async (client) => JSON.parse((await client.line()) as string)),
    );
    await until(() => brokersOf(store).length === 1, 'one broker');
    expect(said.map(({ number }) => number).sort()).toEqual([1, 2, 3, 4, 5]);
    said.forEach(({ seen }, i) => {
      expect(seen).toContain(`mine/n${i}`);
    });
    expect(Math.max(...said.map(({ seen }) => seen.length))).toBe(5);
    for (const client of clients) client.end();
    for (const client of clients) expect(await client.ended).toEqual({ code: 0, stderr: '' });
  });

  test('a client finds the broker that runs', async () => {
    const broker = await startBroker(store, 60_000);
    await open().get('k');
    await open().get('k');
    expect(theBroker()).toBe(broker.pid);
  });

  test('a second broker leaves at once, without a complaint', async () => {
    await startBroker(store, 60_000);
    const kv = open();
    await kv.batch([{ key: 'k', value: 'v' }]);
    await superfluousBroker();
    expect(text(await kv.get('k'))).toBe('v');
  });

  test('a process that does not close its store ends all the same', async () => {
    const client = clientProcess(store, 'n', {}, 'leave');
    expect(JSON.parse((await client.line()) as string)).toEqual({ number: 1, seen: ['mine/n'] });
    expect(await client.ended).toEqual({ code: 0, stderr: '' });
  });
});

describe('when nobody needs it any more', () => {
  test('the broker leaves after its idle time, and takes its socket along', async () => {
    const broker = await startBroker(store, 30);
    const kv = open();
    await kv.batch([{ key: 'k', value: 'v' }]);
    // Another that fails to lead takes longer than its idle time: with a client it stays.
    await superfluousBroker();
    expect(theBroker()).toBe(broker.pid);
    await kv.close();
    expect(await broker.ended).toEqual([0, null]);
    expect(existsSync(socketPath(store))).toBe(false);
    expect(text(await open().get('k'))).toBe('v');
  });

  describe('in CI', () => {
    withEnvironment('CI', '1');
    test('it leaves at once', async () => {
      const kv = open();
      await kv.get('k');
      const pid = theBroker();
      await kv.close();
      // Far less than the five seconds of elsewhere.
      await until(() => !alive(pid), 'the broker has left', 2500);
    });

    test('clients that come and go, while brokers do too, lose nothing', async () => {
      const rounds = Array.from({ length: 3 }, async (_, client) => {
        for (let i = 0; i < 5; i++) {
          const kv = BrokerKv.open(store);
          await kv.batch([{ key: `k/${client}/${i}`, value: 'v' }]);
          await kv.close();
        }
      });
      await Promise.all(rounds);
      expect((await contents(open())).size).toBe(15);
    });
  });

  describe('with CI=false', () => {
    withEnvironment('CI', 'false');
    test('it stays for the next command', async () => {
      const kv = open();
      await kv.get('k');
      const pid = theBroker();
      await kv.close();
      await open().get('k');
      expect(theBroker()).toBe(pid);
    });
  });
});

describe('where the store lies', () => {
  withEnvironment('CI', '1');

  test('a path longer than a socket’s may be works', async () => {
    const long = join(store, 'x'.repeat(60), 'y'.repeat(60));
    const socket = socketPath(long);
    expect(Buffer.byteLength(socket)).toBeLessThanOrEqual(100);
    const kv = open(long);
    await kv.batch([{ key: 'k', value: 'v' }]);
    expect(existsSync(socket)).toBe(true);
    expect(text(await open(long).get('k'))).toBe('v');
    const pid = theBroker();
    await Promise.all(opened.map((k) => k.close()));
    await until(() => !alive(pid), 'the broker has left');
    expect(existsSync(socket)).toBe(false);
  });

  test('every path to the same folder leads to the same broker', async () => {
    const long = join(store, 'x'.repeat(120));
    mkdirSync(long);
    const link = join(store, 'link');
    symlinkSync(long, link);
    await open(long).batch([{ key: 'k', value: 'v' }]);
    expect(text(await open(link).get('k'))).toBe('v');
    const pid = theBroker();
    await Promise.all(opened.map((kv) => kv.close()));
    await until(() => !alive(pid), 'the broker has left, with its socket');
  });

  describe('a store that was moved, removed or replaced while it was in use', () => {
    withEnvironment('CI', undefined);
    const MOVED = {
      code: 'FLOW_STORE_MOVED',
      exit: 1,
      message: expect.stringMatching(/ was moved, removed or/),
    };
    let folder: string;
    let old: Awaited<ReturnType<typeof startBroker>>;
    let before: BrokerKv;
    beforeEach(async () => {
      folder = join(store, 'flow');
      mkdirSync(folder);
      old = await startBroker(folder, 60_000);
      before = open(folder);
      await before.batch([{ key: 'k', value: 'old' }]);
    });

    test.each([
      ['a write', () => before.batch([{ key: 'k', value: 'more' }])],
      ['a number', () => before.claim('counter/k', 'nonce/k')],
      ['a reading', () => before.get('k')],
    ])('%s is refused, its broker ends, and what lies there now is as it was', async (_, ask) => {
      rmSync(folder, { recursive: true });
      const after = open(folder);
      await after.batch([{ key: 'k', value: 'new' }]);
      const was = readdirSync(folder, { recursive: true }).sort();
      await expect(ask()).rejects.toMatchObject(MOVED);
      expect(await old.ended).toEqual([null, 'SIGKILL']);
      expect(readdirSync(folder, { recursive: true }).sort()).toEqual(was);
      await expect(before.get('k')).rejects.toMatchObject(MOVED);
      expect(text(await after.get('k'))).toBe('new');
      expect(await after.claim('counter/k', 'nonce/k')).toBe(1);
    });

    test('without a question, too; where it is now, all is there', async () => {
      renameSync(folder, `${folder}-2`);
      expect(await old.ended).toEqual([null, 'SIGKILL']);
      await expect(before.get('k')).rejects.toMatchObject(MOVED);
      expect(existsSync(folder)).toBe(false);
      expect(text(await open(`${folder}-2`).get('k'))).toBe('old');
    });

    test('its database alone', async () => {
      rmSync(join(folder, 'db'), { recursive: true });
      await expect(before.batch([{ key: 'k', value: 'more' }])).rejects.toMatchObject(MOVED);
      expect(existsSync(join(folder, 'db'))).toBe(false);
    });

    test('a client does not go on in another one, also where its broker died', async () => {
      await kill(old.pid);
      renameSync(folder, `${folder}-2`);
      await open(folder).batch([{ key: 'k', value: 'new' }]);
      await expect(before.batch([{ key: 'k', value: 'more' }])).rejects.toMatchObject(MOVED);
      expect(text(await open(folder).get('k'))).toBe('new');
    });
  });

  test('a folder that cannot be written is FLOW_STORE_UNWRITABLE', () => {
    const file = join(store, 'file');
    writeFileSync(file, '');
    expect(() => open(join(file, 'flow'))).toThrow(
      expect.objectContaining({
        code: 'FLOW_STORE_UNWRITABLE',
        exit: 2,
        message: `The store's folder ${join(file, 'flow')} cannot be written (ENOTDIR): make it writable, or choose another by --store=<folder> or NX_FLOW_STORE.`,
      }),
    );
  });

  test('a db folder that is a file is one FLOW_STORE_UNAVAILABLE', async () => {
    writeFileSync(join(store, 'db'), 'not a database');
    const kv = open();
    await expect(kv.get('k')).rejects.toMatchObject({
      code: 'FLOW_STORE_UNAVAILABLE',
      exit: 1,
      message: `The store ${store}/db cannot be opened: EEXIST: file already exists, mkdir '${store}/db'. Mend that and do it again, or name another store by --store=<folder> or NX_FLOW_STORE.`,
    });
  });

  test('a database that LevelDB cannot read is FLOW_STORE_CORRUPT to everything that was asked, until it is mended', async () => {
    mkdirSync(join(store, 'db'));
    writeFileSync(join(store, 'db', 'CURRENT'), 'MANIFEST-000004\n');
    writeFileSync(join(store, 'db', 'MANIFEST-000004'), 'garbage');
    const kv = open();
    const asked = await Promise.allSettled([kv.get('a'), kv.batch([]), kv.claim('c', 'n')]);
    for (const result of asked) {
      expect(result).toMatchObject({
        status: 'rejected',
        reason: {
          code: 'FLOW_STORE_CORRUPT',
          message: `The database ${store}/db is damaged: Corruption: no meta-nextfile entry in descriptor. Restore the store from a copy, or salvage what is whole by nx-flow verify --repair.`,
        },
      });
    }
    rmSync(join(store, 'db'), { recursive: true });
    expect(await kv.claim('c', 'n')).toBe(1);
  });

  test('a private folder that others can enter is not trusted', async () => {
    const long = join(store, 'x'.repeat(120));
    mkdirSync(long);
    const trap = join(store, `nx-flow-${process.getuid?.()}`);
    mkdirSync(trap, { mode: 0o755 });
    const client = clientProcess(long, 'n', { TMPDIR: store }, 'leave');
    expect(await client.ended).toEqual({
      code: 1,
      stderr: `FLOW_STORE_UNAVAILABLE: The store ${long} cannot be reached: ${trap} must be a folder that only you can enter; remove it.\n`,
    });
  });
});

describe('what goes over the socket', () => {
  withEnvironment('CI', '1');

  test('messages come out whole, however the stream is cut', () => {
    const message = fc.oneof(
      fc.record({ id: fc.nat(), ok: fc.string() }),
      fc.record({ id: fc.nat(), ok: fc.nat({ max: 200_000 }).map((size) => 'z'.repeat(size)) }),
    );
    fc.assert(
      fc.property(fc.array(message), fc.array(fc.integer({ min: 1, max: 70_000 })), (messages, cuts) => {
        const stream = Buffer.concat(messages.map((m) => frame(m)));
        const unframer = new Unframer<unknown>();
        const out: unknown[] = [];
        let at = 0;
        for (const cut of cuts) {
          out.push(...unframer.push(stream.subarray(at, at + cut)));
          at += cut;
        }
        out.push(...unframer.push(stream.subarray(at)));
        expect(out).toEqual(messages);
      }),
    );
  });

  test('a stream that comes byte by byte is read too', () => {
    const unframer = new Unframer<unknown>();
    const stream = Buffer.concat([frame({ id: 1, ok: 'one' }), frame({ id: 2, ok: undefined })]);
    const out = [...stream].flatMap((byte) => unframer.push(Buffer.of(byte)));
    expect(out).toEqual([
      { id: 1, ok: 'one' },
      { id: 2, ok: undefined },
    ]);
  });

  test('large values, and more of them at once than the broker takes ahead, all arrive', async () => {
    const kv = open();
    const large = Buffer.alloc(24 * 1024 * 1024, 'large');
    const mega = Buffer.alloc(1024 * 1024, 'mega');
    const writes = [kv.batch([{ key: 'large', value: large }])];
    for (let i = 0; i < 80; i++) writes.push(kv.batch([{ key: `m/${i}`, value: mega }]));
    const last = kv.get('m/79');
    await Promise.all(writes);
    expect(mega.equals((await last) as Uint8Array)).toBe(true);
    expect(large.equals((await kv.get('large')) as Uint8Array)).toBe(true);
    const page = await kv.range({ gte: 'm/', lt: 'm/~', limit: 40 });
    expect(page.every(([, value]) => mega.equals(value))).toBe(true);
    expect(page.length).toBe(40);
  });

  test('a request that fails says why, and the others go on', async () => {
    const kv = open();
    const bad = kv.get(undefined as unknown as string);
    const good = kv.batch([{ key: 'k', value: 'v' }]);
    await expect(bad).rejects.toMatchObject({
      code: 'FLOW_STORE_FAILED',
      message: expect.stringContaining(
        'could not do it: it was asked for "get" in a way that it does not know',
      ),
    });
    await good;
    expect(text(await kv.get('k'))).toBe('v');
  });

  test('a closed store says so', async () => {
    const kv = open();
    await kv.close();
    await expect(kv.get('k')).rejects.toMatchObject({ code: 'FLOW_STORE_CLOSED' });
  });

  test('a stranger who does not speak the protocol disturbs nobody', async () => {
    const kv = open();
    await kv.get('k');
    const pid = theBroker();
    const stranger = connect(socketPath(store));
    stranger.resume().write(Buffer.from('\x05\0\0\0hello and more of it'));
    await once(stranger, 'close');
    await kv.batch([{ key: 'k', value: 'v' }]);
    expect(theBroker()).toBe(pid);
  });

  test('requests that no broker survives fail in the end', async () => {
    // A "broker" that hangs up at whatever it is asked.
    const connections: Socket[] = [];
    const server = createServer((socket) => {
      connections.push(socket);
      socket.write(frame({ id: 0, hello: { messages: MESSAGES, pid: process.pid } }));
      socket.once('data', () => socket.destroy());
    });
    const path = socketPath(store);
    mkdirSync(dirname(path), { recursive: true });
    server.listen(path);
    await once(server, 'listening');
    const kv = open();
    await expect(kv.get('k')).rejects.toMatchObject({
      code: 'FLOW_STORE_UNAVAILABLE',
      message: expect.stringContaining(`10 brokers of ${store} in a row ended without an answer: `),
    });
    expect(connections.length).toBe(11);
    await new Promise((resolve) => server.close(resolve));
  });

  test.each([
    ['says nothing', () => {}],
    ['says something else', (socket: Socket) => void socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ])('a stranger that listens in the place of a broker and %s is replaced', async (_, greet) => {
    const path = socketPath(store);
    mkdirSync(dirname(path), { recursive: true });
    const strangers: Socket[] = [];
    const server = createServer((socket) => {
      strangers.push(socket);
      greet(socket);
    }).listen(path);
    await once(server, 'listening');
    const kv = open();
    await kv.batch([{ key: 'k', value: 'v' }]);
    expect(text(await kv.get('k'))).toBe('v');
    expect(strangers.length).toBe(1);
    for (const socket of strangers) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('what a stranger sends', () => {
  withEnvironment('CI', undefined);

  const send = async (bytes: Buffer) => {
    const stranger = connect(socketPath(store));
    stranger
      .on('error', () => {})
      .resume()
      .write(bytes);
    await once(stranger, 'close');
  };
  const framed = (body: Uint8Array) => Buffer.concat([Buffer.from(Uint32Array.of(body.length).buffer), body]);

  test.each([undefined, null, 3, 'batch', {}, { id: 1 }, { id: 1, op: 'drop' }, { op: 'batch', id: 'x' }])(
    'a message that is none, %j, ends its connection alone',
    async (message) => {
      const kv = open();
      await kv.get('k');
      const pid = theBroker();
      await send(framed(serialize(message)));
      await kv.batch([{ key: 'k', value: 'v' }]);
      expect(theBroker()).toBe(pid);
    },
  );

  test('a frame that says it is huge is not waited for', async () => {
    const kv = open();
    await kv.get('k');
    await send(Buffer.from(Uint32Array.of(2 ** 32 - 1).buffer));
    await expect(kv.batch([{ key: 'k', value: Buffer.alloc(LARGEST) }])).rejects.toMatchObject({
      code: 'FLOW_STORE_FAILED',
      message: expect.stringMatching(/^The store takes 64 MB at once, and this has 65 MB/),
    });
    await kv.batch([{ key: 'k', value: 'v' }]);
  });
});

describe('whoever else is on the machine', () => {
  withEnvironment('CI', undefined);

  test('can neither read nor write a store, whatever the umask is', async () => {
    const before = process.umask(0);
    try {
      const folder = join(store, 'new');
      const kv = open(folder);
      await kv.batch([{ key: 'k', value: 'v' }]);
      await new FileCas(join(folder, 'cas')).write(Buffer.alloc(100));
      const names = ['.', ...(readdirSync(folder, { recursive: true }) as string[])];
      const others = names.filter((name) => (statSync(join(folder, name)).mode & 0o077) !== 0);
      expect(names.length).toBeGreaterThan(8);
      expect(others).toEqual([]);
    } finally {
      process.umask(before);
    }
  });
});

describe('a broker that was stopped', () => {
  withEnvironment('CI', undefined);

  test('is named after a while, and is waited for', async () => {
    const lines: string[] = [];
    const told = new Promise<void>((resolve) => {
      jest.spyOn(process.stderr, 'write').mockImplementation((line) => {
        if (lines.push(String(line)) === 2) resolve();
        return true;
      });
    });
    const kv = open();
    await kv.get('k');
    const pid = theBroker();
    process.kill(pid, 'SIGSTOP');
    // One client has a connection, the other one gets none.
    const asked = [kv.get('k'), open().get('k')];
    await told;
    process.kill(pid, 'SIGCONT');
    await Promise.all(asked);
    jest.restoreAllMocks();
    const line = `The store's broker (process ${pid}) does not answer. Waiting for it up to 30 s.\n`;
    expect(lines).toEqual([line, line]);
    // Those that found it have ended, or are about to.
    await until(() => brokersOf(store).length === 1, 'one broker is there');
    expect(theBroker()).toBe(pid);
  });
});

test('a broker that is stuck before it listens is named, and given up', async () => {
  // As on a disk that does not answer: nobody ever writes to it.
  mkdirSync(join(store, 'db'));
  writeFileSync(join(store, 'db', 'CURRENT'), 'MANIFEST-000001\n');
  writeFileSync(join(store, 'db', 'MANIFEST-000001'), '');
  execFileSync('mkfifo', [join(store, 'db', 'nx-flow.json')]);
  const kv = BrokerKv.open(store, 500);
  opened.push(kv);
  const error = await kv.get('k').catch((reason) => reason);
  expect(error).toMatchObject({
    code: 'FLOW_STORE_UNAVAILABLE',
    message: `The store's broker (process ${theBroker()}) has given no sign of life for 1 s: it may be stopped, or its disk does not answer. End it, and do it again.`,
  });
});
