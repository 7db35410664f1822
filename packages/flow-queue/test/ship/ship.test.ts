/** Code on its way: archives that nobody would write, signatures, what stays here, folders that several workers use. */
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Fingerprints } from '@nx-flow/core/queue';
import { Accepting } from '../../src/ship/accepting';
import { packFiles, unpackFiles } from '../../src/ship/archive';
import { type ClosureOptions, closureOf } from '../../src/ship/closure';
import { globTest } from '../../src/ship/glob';
import { Kept } from '../../src/ship/kept';
import { Shipment } from '../../src/ship/shipment';
import { isSigned, sign } from '../../src/ship/signature';
import type { ChunkJob } from '../../src/wire/chunk';
import { noFreight } from '../../src/wire/freight';

const root = mkdtempSync(join(tmpdir(), 'nx-flow-ship-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const text = (path: string, content = '') => ({ path, bytes: Buffer.from(content), isExecutable: false });

/** As an archive is made, of any table. */
function archive(table: unknown, bytes = '', length?: number): Buffer {
  const rows = Buffer.from(typeof table === 'string' ? table : JSON.stringify(table));
  const size = Buffer.alloc(4);
  size.writeUInt32BE(length ?? rows.length);
  return gzipSync(Buffer.concat([Buffer.from('nx-flow code 1\n'), size, rows, Buffer.from(bytes)]));
}

test('files come out as they went in, whatever their order; equal files make equal archives', async () => {
  const files = [
    text('a/b.ts', 'b'),
    { ...text('run.sh', '#!/bin/sh'), isExecutable: true },
    text('a/ü [id].ts'),
  ];
  const blob = await packFiles(files);
  expect(blob).toEqual(await packFiles([...files].reverse()));
  const found = (await unpackFiles(blob)).map((one) => ({ ...one, bytes: String(one.bytes) }));
  const wanted = files.map((one) => ({ ...one, bytes: String(one.bytes) }));
  expect(found).toEqual(wanted.sort((a, b) => (a.path < b.path ? -1 : 1)));
  expect(await unpackFiles(archive([['a.ts', 1]], 'b'))).toMatchObject([{ path: 'a.ts' }]);
});

/** Of a limit of 1 MB. */
const MB = 1024 * 1024;

test.each<[what: string, blob: () => Buffer, why: string]>([
  ['a way out', () => archive([['../a.ts', 0]]), '"../a.ts" leads out of the folder'],
  ['a way out inside', () => archive([['a/../../b.ts', 0]]), 'leads out of the folder'],
  ['an absolute path', () => archive([['/etc/passwd', 0]]), '"/etc/passwd" is an absolute path'],
  ['a path of Windows', () => archive([['a\\..\\b', 0]]), 'is no plain path'],
  ['an end of text', () => archive([['a\0.ts', 0]]), 'is no plain path'],
  ['an empty part', () => archive([['a//b', 0]]), 'is no plain path'],
  ['no text', () => archive([[{}, 0]]), 'is no name of a file'],
  [
    'two of a name',
    () =>
      archive([
        ['a.ts', 0],
        ['a.ts', 0],
      ]),
    '"a.ts" is there twice',
  ],
  [
    'two but for the case',
    () =>
      archive([
        ['a.ts', 0],
        ['A.ts', 0],
      ]),
    '"A.ts" is there twice',
  ],
  [
    'a file as a folder',
    () =>
      archive([
        ['a', 0],
        ['a/b/c', 0],
      ]),
    '"a" is a file and a folder',
  ],
  ['a link', () => archive([['a.ts', 0, 'link', '/etc/passwd']]), 'a row of its table is none'],
  ['a link as a mode', () => archive([['a.ts', 0, 0o120000]]), 'a row of its table is none'],
  ['packages', () => archive([['node_modules/tiny/index.js', 0]]), 'is a file that is never taken'],
  ['settings of npm', () => archive([['.npmrc', 0]]), 'is a file that is never taken'],
  [
    'a negative size',
    () =>
      archive(
        [
          ['a.ts', -1],
          ['b.ts', 2],
        ],
        'b',
      ),
    '"a.ts" has no size',
  ],
  ['a size that is none', () => archive([['a.ts', 1.5]], 'b'), '"a.ts" has no size'],
  ['too many bytes', () => archive([['a.ts', MB + 1]]), 'it has more than 1 MB'],
  ['too many bytes behind', () => gzipSync(Buffer.alloc(18 * MB), { level: 1 }), 'it has more than 1 MB'],
  ['bytes too few', () => archive([['a.ts', 3]], 'b'), 'it has other bytes than its table says'],
  ['bytes too many', () => archive([['a.ts', 1]], 'bc'), 'it has other bytes than its table says'],
  ['a table that ends late', () => archive([['a.ts', 0]], '', 1000), 'its table is not whole'],
  ['a table that is none', () => archive('{"a":1}'), 'its table cannot be read'],
  [
    'another beginning',
    () => gzipSync('hello, this is something else'),
    'it begins otherwise than code does',
  ],
  ['no archive', () => Buffer.from('hello'), 'it is not whole'],
])('an archive is not taken: %s', async (_, blob, why) => {
  const error = (await unpackFiles(blob(), MB).catch((thrown) => thrown)) as {
    code: string;
    message: string;
  };
  expect(error.code).toBe('FLOW_SHIP_ARCHIVE');
  expect(error.message).toBe(`The code that was sent is not taken: ${error.message.split('taken: ')[1]}`);
  expect(error.message).toContain(why);
});

const KEY = 'a key of the tests, long enough';
const signed = { hash: 'a'.repeat(64), flow: 'movies', run: '3', token: 't1' };

test('a signature is good for its code, its flow and its run alone', () => {
  const signature = sign(KEY, signed);
  expect(isSigned(KEY, signed, signature)).toBe(true);
  for (const other of [{ hash: 'b'.repeat(64) }, { flow: 'films' }, { run: '4' }, { token: 't2' }])
    expect(isSigned(KEY, { ...signed, ...other }, signature)).toBe(false);
  expect(isSigned(`${KEY}.`, signed, signature)).toBe(false);
  for (const wrong of [undefined, '', 'zz', signature.slice(2), `${signature}00`, 12])
    expect(isSigned(KEY, signed, wrong)).toBe(false);
});

test('a worker takes no code without the option, without a key, and with a signature of another key', () => {
  const { hash, ...run } = signed;
  const job = (key: string) =>
    ({ ...run, shipped: { hash, size: 1, place: 'queue', signature: sign(key, signed) } }) as ChunkJob;
  const worker = (options: { accept: boolean; key?: string }) =>
    new Accepting({
      folder: root,
      cas: root,
      workspace: root,
      server: {} as never,
      freight: {} as never,
      ...options,
    });
  expect(worker({ accept: true, key: KEY }).refusal(job(KEY))).toBeUndefined();
  expect(worker({ accept: false, key: KEY }).refusal(job(KEY))?.message).toContain('--accept-shipped');
  expect(worker({ accept: true }).refusal(job(KEY))?.message).toContain('it has no key');
  expect(() => worker({ accept: true, key: 'another key of the tests' }).refusal(job(KEY))).toThrow(
    'the code was signed with another NX_FLOW_QUEUE_KEY than its own',
  );
});

test.each([
  ['data/*.csv', ['data/a.csv'], ['data/a/b.csv', 'data/a.tsv', 'xdata/a.csv']],
  ['data/**/*.{csv,json}', ['data/a.csv', 'data/a/b.json'], ['data/a.txt', 'a.csv']],
  ['private', ['private', 'private/a/b'], ['private.ts']],
  ['**/draft?.[tc]sv', ['draft1.tsv', 'a/draft2.csv'], ['draft.tsv', 'draft1.xsv']],
  ['[!a].txt', ['b.txt'], ['a.txt']],
  ['a+(b|c).txt', ['abb.txt', 'axy.txt'], ['a/b.txt']],
])('a pattern: %s', (glob, yes, no) => {
  expect([...yes, ...no].filter(globTest(glob))).toEqual(yes);
});

/** A workspace, and its flow as its fingerprint has looked at it. */
function workspace(name: string, files: Record<string, string>, seen: string[] = []): ClosureOptions {
  const folder = join(root, name);
  const all = { 'package.json': '{}', 'movies.flow.ts': 'export {};', ...files };
  for (const [path, content] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  const looked = ['movies.flow.ts', ...seen].map((path) => [join(folder, path), ''] as const);
  const found = { files: { ...Object.fromEntries(looked), [join(folder, 'gone.ts')]: null } };
  const fingerprint = async () => found as unknown as Fingerprints;
  return { flow: 'movies', file: join(folder, 'movies.flow.ts'), workspace: folder, fingerprint };
}

const sentOf = async (options: ClosureOptions) => {
  const { files, left } = await closureOf(options);
  return [files.map(({ path }) => path).sort(), left];
};

test('what may hold secrets stays here, also where the flow names it, by a link, or as a value; and so does what lies outside', async () => {
  const names = ['.env', '.env.local', 'sub/prod.env', '.npmrc', 'data/a.csv', 'data/b.csv'];
  const options = workspace('secret', Object.fromEntries(names.map((name) => [name, name])), [
    '.env',
    '../outside.ts',
  ]);
  writeFileSync(join(root, 'outside.ts'), '');
  symlinkSync(join('..', '.env'), join(options.workspace, 'data', 'link.csv'));
  symlinkSync(join(root, 'outside.ts'), join(options.workspace, 'data', 'away.csv'));
  const inputs = ['**/*', '!data/b.csv'];
  expect(await sentOf({ ...options, inputs })).toEqual([
    ['data/a.csv', 'movies.flow.ts', 'package.json'],
    ['.env', '.env.local', '.npmrc', join(options.workspace, 'data', 'away.csv'), join(root, 'outside.ts')]
      .concat('data/link.csv', 'sub/prod.env')
      .sort(),
  ]);
  const secrets = new Map([['TOKEN', new Set(['data/a'])]]);
  await expect(closureOf({ ...options, inputs, secrets })).rejects.toThrow(
    'data/a.csv has the value of the secret TOKEN in it: it is not sent.',
  );
});

test('packages are installed as npm says: without its lock file, or with one that leads out, the run does not start', async () => {
  const tiny = 'node_modules/tiny/package.json';
  const lock = (packages: object) => ({ 'package-lock.json': JSON.stringify({ packages }), [tiny]: '{}' });
  await expect(closureOf(workspace('unlocked', { [tiny]: '{}' }, [tiny]))).rejects.toMatchObject({
    code: 'FLOW_SHIP',
    message: expect.stringContaining("workers install packages as npm's lock file says"),
  });
  const packages = {
    'libs/a': {},
    'node_modules/a': { resolved: 'libs/a', link: true },
    'node_modules/tiny': { resolved: 'file:vendor/tiny.tgz' },
    'node_modules/far': { resolved: 'https://registry.example/far.tgz' },
  };
  const files = {
    ...lock(packages),
    'libs/a/package.json': '{}',
    'libs/b/package.json': '{}',
    'vendor/tiny.tgz': '',
  };
  expect(await sentOf(workspace('locked', files, [tiny]))).toEqual([
    ['libs/a/package.json', 'movies.flow.ts', 'package-lock.json', 'package.json', 'vendor/tiny.tgz'],
    [],
  ]);
  for (const path of ['../tiny.tgz', '/srv/tiny.tgz'])
    await expect(
      closureOf(workspace('leads', lock({ 'node_modules/tiny': { resolved: `file:${path}` } }))),
    ).rejects.toThrow(`package-lock.json names ${path}, which is outside of the workspace`);
});

test('a file that is written while it is read is read again with its fingerprint; one that always is, is not sent', async () => {
  const options = workspace('written', {});
  let asked = 0;
  const never = async () => {
    asked++;
    return { files: { [options.file]: 'other bytes' } } as unknown as Fingerprints;
  };
  await expect(closureOf({ ...options, fingerprint: never })).rejects.toThrow(
    'The code of movies is being written: run it again.',
  );
  expect(asked).toBe(3);
});

test('code that is too large for the queue needs a place for large values: the run does not start without', async () => {
  // Random bytes stay as large as they are.
  const options = workspace('large', { 'data/noise': randomBytes(MB + 1).toString('hex') });
  const making = Shipment.make({
    ...options,
    inputs: ['data/*'],
    key: KEY,
    freight: noFreight,
    cas: join(root, 'cas'),
  });
  await expect(making).rejects.toMatchObject({
    code: 'FLOW_BLOBS_MISSING',
    message: expect.stringMatching(/^The code and the inputs are 1\.\d MB packed, too large to travel/),
  });
});

test('an entry is made once for all who ask, never removed while one uses it, and removed when nobody has for days', async () => {
  const folder = join(root, 'kept');
  const kept = new Kept(folder);
  let made = 0;
  const make = async (at: string) => {
    made++;
    writeFileSync(join(at, 'file'), '');
  };
  const [one, two] = await Promise.all([kept.hold('a', make), new Kept(folder).hold('a', make)]);
  const again = await kept.hold('a', make);
  expect([one.folder, two.folder, again.folder]).toEqual(Array(3).fill(join(folder, 'a', 'content')));
  expect(made).toBeLessThanOrEqual(2);
  const age = (days: number) => {
    const at = new Date(Date.now() - days * 24 * 60 * 60_000);
    utimesSync(join(folder, 'a', 'content'), at, at);
  };
  age(30);
  await Promise.all([one.release(), two.release()]);
  await kept.sweep();
  expect(existsSync(join(again.folder, 'file'))).toBe(true);
  await again.release();
  age(6);
  await kept.sweep();
  expect(existsSync(again.folder)).toBe(true);
  age(8);
  await kept.sweep();
  expect(readdirSync(folder)).toEqual([]);
  await expect(kept.hold('b', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(readdirSync(folder)).toEqual([]);
});
