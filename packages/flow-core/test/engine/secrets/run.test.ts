/** Flows with secrets, run and spun in this process: what is refused, and what is recorded and told. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { type Codec, file, flow } from '../../../src';
import { Run } from '../../../src/client/run';
import { requireGraph } from '../../../src/definition/flow';
import { optionsForAll, withOptions } from '../../../src/definition/with';
import { removeRuns } from '../../../src/engine/housekeeping/remove';
import { importRun } from '../../../src/engine/transfer/import';
import { scan } from '../../../src/store/kv/kv';
import { memoryStore } from '../../../src/store/open';
import { Runner } from '../../../src/testing';
import { MemoryEngine, rowOf } from '../../kit/memory';
import { exported } from '../transfer/kit';

const KEY = 'sk-1234567890';
beforeEach(() => {
  process.env.API_KEY = KEY;
});
afterEach(() => {
  delete process.env.API_KEY;
  delete process.env.OTHER_KEY;
});

const SECRETS = { secrets: ['API_KEY'] };
const HELP = 'Leave it out: a step that declares the secret reads it from process.env.API_KEY.';
/** A flow of one step with a secret. */
function keyed(body: (context: never) => object | Promise<object>, codecs?: readonly Codec<never>[]) {
  const f = flow('keyed', { ...(codecs ? { codecs } : {}) });
  const start = f.start(() => ({}));
  return f.end(f.step('call', { after: start, ...SECRETS }, body as never));
}

/** All that a store holds, as one text. */
async function contents(engine: MemoryEngine): Promise<string> {
  const texts: string[] = [];
  for await (const [key, value] of scan((engine.store as unknown as { kv: never }).kv, {
    gte: '',
    lt: '\x7f',
  }))
    texts.push(key, Buffer.from(value).toString('latin1'));
  return texts.join('\n');
}

test('a secret that is not there, or too short, is told before anything is recorded', async () => {
  const f = flow('two');
  const start = f.start({ secrets: ['API_KEY'] }, () => ({}));
  const defined = f.end(f.step('next', { after: start, secrets: ['API_KEY', 'OTHER_KEY'] }, () => ({})));
  const engine = new MemoryEngine();
  process.env.OTHER_KEY = 'short';
  await expect(engine.run(defined)).rejects.toMatchObject({
    code: 'FLOW_SECRET',
    exit: 2,
    message:
      '"next" needs the secret OTHER_KEY, which is too short to be recognised: a secret has at least 6 characters in a line.',
  });
  delete process.env.API_KEY;
  const error = await engine.run(defined).catch((thrown) => thrown);
  expect(error.problems.map(({ message }: Error) => message)).toEqual([
    '"start" needs the secret API_KEY, which is not set: set this variable of the environment.',
    '"next" needs the secret API_KEY, which is not set: set this variable of the environment.',
    expect.stringContaining('OTHER_KEY, which is too short'),
  ]);
  await expect(engine.spin(defined, 'start')).rejects.toMatchObject({ code: 'FLOW_SECRET', exit: 2 });
  for await (const row of engine.store.runs('two')) throw new Error(`It recorded ${row.run}.`);
  // Those of other steps are nothing to a spin of this one.
  process.env.API_KEY = KEY;
  expect((await engine.spin(defined, 'start')).status).toBe('done');
  // A step's own `env` may give it.
  const own = keyed(() => ({ at: 1 }));
  (requireGraph(own).steps.get('call') as { options: object }).options = {
    ...SECRETS,
    env: { API_KEY: 'by-the-step' },
  };
  delete process.env.API_KEY;
  expect((await engine.run(own)).status).toBe('done');
});

test('what a task prints and throws is recorded and told without its secret, however it is written', async () => {
  const defined = keyed(({ log }: { log(text: string): void }) => {
    log(`key ${KEY}, ${JSON.stringify({ KEY })}, ${encodeURIComponent(`${KEY}&`)}`);
    log(Buffer.from(`user:${KEY}`).toString('base64'));
    const cause = Object.assign(new TypeError(`cause ${KEY}`), { request: { url: `https://h/?k=${KEY}` } });
    const error = Object.assign(new Error(`refused ${KEY}`, { cause }), { code: KEY, key: KEY });
    throw new AggregateError([error], KEY);
  });
  const engine = new MemoryEngine();
  const ran = await engine.run(defined);
  expect(ran.status).toBe('failed');
  expect(rowOf(ran, 'call').error).toMatchObject({
    message: '***',
    stack: expect.stringMatching(/^AggregateError: \*\*\*\n/),
    errors: [
      {
        message: 'refused ***',
        code: '***',
        fields: { key: '***' },
        cause: { message: 'cause ***', fields: { request: { url: 'https://h/?k=***' } } },
      },
    ],
  });
  const printed = ran.events.flatMap((event) => (event.type === 'task-log' ? [event.text] : [])).join('');
  expect(printed).toMatch(/^key \*\*\*, {"KEY":"\*\*\*"}, \*\*\*%26\n[\w+/=]{0,8}\*\*\*[\w+/=]{0,4}\n$/);
  expect(JSON.stringify(ran.events)).not.toContain(KEY);
  const recorded = await contents(engine);
  expect(recorded).toContain('refused ***');
  expect(recorded).not.toContain(KEY);
  const spun = await engine.spin(defined, 'call');
  expect(spun.error?.message).toBe('***');
  expect(spun.thrown).toBeUndefined();
});

test('an error that is caught or tried again is masked, and a piece of a secret that nothing follows is printed', async () => {
  const f = flow('caught');
  const start = f.start(() => ({}));
  const call = f.step('call', { after: start, ...SECRETS, retry: 1, catch: 'error' }, ({ log, current }) => {
    log(`attempt ${current.attempt}`);
    throw new Error(`no ${KEY}`);
  });
  const after = f.step('after', { after: call }, ({ self, log }) => {
    log('sk-1');
    return { said: self.error?.message };
  });
  const engine = new MemoryEngine();
  const ran = await engine.run(f.end(after));
  expect(await engine.after(ran, 'after')).toMatchObject({ said: 'no ***', error: { message: 'no ***' } });
  expect(rowOf(ran, 'call').attempts?.map(({ error }) => error.message)).toEqual(['no ***']);
  expect(ran.events.flatMap((event) => (event.type === 'task-log' ? [event.text] : []))).toEqual([
    'attempt 0\n',
    'attempt 1\n',
    'sk-1\n',
  ]);
  expect(await contents(engine)).not.toContain(KEY);
});

class Log {
  constructor(readonly last: string) {}
}

/** More than is waited for before it is stored, and then a line. */
const log: Codec<Log> = {
  id: 'log',
  version: 1,
  match: (value) => value instanceof Log,
  async *encode({ last }) {
    for (let i = 0; i < 6; i++) yield Buffer.alloc(1_000_000, '.');
    yield Buffer.from(`no ${last.slice(0, 4)}`);
    yield Buffer.from(last.slice(4));
  },
  decode: () => new Log(''),
};

class Sealed {
  constructor(readonly text: string) {}
}
const sealed: Codec<Sealed> = {
  id: 'sealed',
  version: 1,
  match: (value) => value instanceof Sealed,
  encode: ({ text }) => Buffer.from(text, 'utf16le'),
  decode: (bytes) => new Sealed(Buffer.from(bytes).toString('utf16le')),
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nx-flow-secrets-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const written = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return file(join(folder, name));
};

test.each<[string, () => object, string]>([
  [
    'a value',
    () => ({ response: { headers: { authorization: `Bearer ${KEY}` } } }),
    'The artifact response cannot be stored: it holds the secret API_KEY at $.headers.authorization.',
  ],
  [
    'what a getter gives',
    () => ({
      of: {
        get key() {
          return KEY;
        },
      },
    }),
    'The artifact of cannot be stored: it holds the secret API_KEY at $.key.',
  ],
  [
    'the name of an artifact',
    () => ({ [KEY]: 1 }),
    'The name of an artifact cannot be stored: it holds the secret API_KEY at $.',
  ],
  [
    'what a codec of the flow gives',
    () => ({ seal: new Sealed(`é${KEY}`) }),
    'The artifact seal cannot be stored: the bytes that its codec "sealed" gave hold the secret API_KEY at byte 2.',
  ],
  [
    'what a codec of the flow gives in pieces',
    () => ({ log: new Log(KEY) }),
    'The artifact log cannot be stored: the bytes that its codec "log" gave hold the secret API_KEY at byte 6000003.',
  ],
  [
    'a file',
    () => ({ report: written('report.csv', `a,b\n${'1,2\n'.repeat(600_000)}3,${KEY}\n`) }),
    'The artifact report cannot be stored: the file report.csv holds the secret API_KEY at byte 2400006.',
  ],
  [
    'the name of a file',
    () => ({ report: written(`${KEY}.csv`, 'a,b\n') }),
    'The file name of the artifact report cannot be stored: it holds the secret API_KEY at $.',
  ],
])('%s is refused, by a run and by a spin, and nothing of it is stored', async (_, returns, message) => {
  const defined = keyed(returns, [sealed, log] as Codec<never>[]);
  const engine = new MemoryEngine();
  const ran = await engine.run(defined);
  const refused = { code: 'FLOW_SECRET_ARTIFACT', message: `${message} ${HELP}` };
  expect(rowOf(ran, 'call')).toMatchObject({ status: 'failed', error: refused });
  const spun = await engine.spin(defined, 'call');
  expect(spun).toMatchObject({ status: 'failed', artifacts: [], error: refused });
  expect(await contents(engine)).not.toContain(KEY);
});

test('a codec may leave the secret out, and a flow without secrets stores what it wants', async () => {
  const clean: Codec<Sealed> = { ...sealed, encode: ({ text }) => Buffer.from(text.slice(0, 3)) };
  const engine = new MemoryEngine();
  const kept = await engine.run(keyed(() => ({ seal: new Sealed(KEY) }), [clean as Codec<never>]));
  expect(kept.status).toBe('done');
  const f = flow('open');
  const open = f.end(f.start(() => ({ key: KEY })));
  const ran = await engine.run(open);
  expect(await engine.after(ran, 'start')).toEqual({ key: KEY });
});

test('parameters, tags and artifacts that are given must not hold a secret either', async () => {
  const f = flow('given', { params: { key: z.string().default('') } });
  const start = f.start(() => ({ text: 'a' }));
  const defined = f.end(
    f.step('call', { after: start, ...SECRETS }, ({ self }) => ({ length: self.text.length })),
  );
  const engine = new MemoryEngine();
  const refused = (what: string) => ({
    code: 'FLOW_SECRET_ARTIFACT',
    exit: 2,
    message: `${what} cannot be stored: it holds the secret API_KEY at $. ${HELP}`,
  });
  const refusedText = (what: string) => ({
    ...refused(what),
    message: `${what} cannot be stored: it holds the secret API_KEY. Choose another.`,
  });
  const params = { key: `${KEY}!` };
  await expect(engine.run(defined, { params })).rejects.toMatchObject(refused('The parameter key'));
  await expect(engine.run(defined, { tags: [KEY] })).rejects.toMatchObject(refusedText('A tag'));
  await expect(engine.run(defined, { user: KEY })).rejects.toMatchObject(refusedText('The user'));
  await expect(engine.run(defined, { namespace: KEY })).rejects.toMatchObject(refusedText('The namespace'));
  expect(await contents(engine)).not.toContain(KEY);
  await engine.run(defined);
  await expect(engine.spin(defined, 'call', { params })).rejects.toMatchObject(refused('The parameter key'));
  await expect(engine.spin(defined, 'call', { set: { text: KEY } })).rejects.toMatchObject(
    refused('The given artifact text'),
  );
});

test('what is stored for a recorded run later must not hold its secrets: tags, who imports and who removes it', async () => {
  const engine = new MemoryEngine();
  const { row } = await engine.run(keyed(() => ({})));
  expect(row.secrets).toEqual(['API_KEY']);
  const refused = (what: string) => ({
    code: 'FLOW_SECRET_ARTIFACT',
    message: expect.stringContaining(what),
  });
  const file = await exported(engine.store, 'keyed', 1);
  const place = { source: Readable.from([file]), name: 'the file', namespace: 'user:tester', user: KEY };
  const run = new Run(engine.store, row);
  await expect(run.addTags('fine', `of ${KEY}`)).rejects.toMatchObject(refused('A tag'));
  await expect(importRun({ store: memoryStore(), ...place })).rejects.toMatchObject(refused('The user'));
  await expect(removeRuns(engine.store, [row], { by: KEY, at: 1 })).rejects.toMatchObject(
    refused('The user'),
  );
  expect([...(await run.refresh()).tags]).toEqual([]);
  expect(await contents(engine)).not.toContain(KEY);
  expect([...(await run.addTags('fine')).tags]).toEqual(['fine']);
});

test('a Runner in this process hears and rejects nothing with a secret, and refuses to start without it', async () => {
  const defined = keyed(() => {
    console.log('key', KEY);
    for (const part of [KEY.slice(0, 4), KEY.slice(4)]) process.stderr.write(part);
    throw new Error(`no ${KEY}`);
  });
  await using runner = new Runner(defined);
  const ran = await runner.run();
  expect([ran.status, ran.error?.message]).toEqual(['failed', 'no ***']);
  const spun = await runner.spin('call');
  expect(spun).toMatchObject({ status: 'failed', stdout: 'key ***\n', stderr: '***' });
  expect(String(spun.error?.stack)).toMatch(/^Error: no \*\*\*\n/);
  delete process.env.API_KEY;
  await expect(runner.run()).rejects.toMatchObject({ code: 'FLOW_SECRET' });
  await expect(runner.spin('call')).rejects.toMatchObject({ code: 'FLOW_SECRET' });
});

test('--with gives secrets to every step that has none of its own', async () => {
  const f = flow('all');
  const start = f.start(() => {
    throw new Error(KEY);
  });
  const graph = withOptions(requireGraph(f.end(start)), optionsForAll(['secrets=API_KEY,OTHER_KEY']));
  expect(graph.secrets).toEqual(['API_KEY', 'OTHER_KEY']);
  expect(graph.steps.get('start')?.options.secrets).toEqual(['API_KEY', 'OTHER_KEY']);
  expect(() => optionsForAll(['secrets=API KEY'])).toThrow(
    '--with=secrets=API KEY: write secrets=KEY,OTHER.',
  );
  const g = flow('hashed', { inputs: [{ env: 'API_KEY' }] });
  const hashed = requireGraph(g.end(g.start(() => ({}))));
  expect(() => withOptions(hashed, optionsForAll(['secrets=API_KEY']))).toThrow(
    expect.objectContaining({ code: 'FLOW_SECRET_INPUT' }),
  );
});
