/** A run whose code is sent to a worker in an empty folder: what it takes, what it refuses, and that the result is the same. */
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { redisProgram, startRedis, type TestServer } from '../kit/servers';
import { Site } from '../kit/site';

const FLOW = `
import { readdirSync, readFileSync } from 'node:fs';
import { flow } from '@nx-flow/core';
import { twice } from '@site/lib';
import tiny from 'tiny';
import { add } from './steps/add';
const f = flow('sent', { inputs: ['data/*', '!data/draft.txt', '.env'] });
const around = readdirSync('.').filter((name) => name.startsWith('.'));
const start = f.start(() => ({ n: 20 }));
const sum = f.step('sum', { after: start }, ({ self }) => ({
  sum: add(twice(self.n), tiny),
  texts: readdirSync('data').map((name) => readFileSync(['data', name].join('/'), 'utf8').slice(0, 9)),
  around,
  here: process.cwd(),
}));
export default f.end(sum);
`;
const FILES = {
  'sent.flow.ts': FLOW,
  'steps/add.ts': 'export const add = (a: number, b: number) => a + b;\n',
  'unused.ts': 'export const unused = true;\n',
  'data/films.txt': 'Alien',
  'data/draft.txt': 'not for others',
  '.env': 'TOKEN=not-for-others\n',
  'libs/lib/package.json': '{ "name": "@site/lib", "version": "1.0.0", "main": "index.ts" }',
  'libs/lib/index.ts': 'export const twice = (n: number) => 2 * n;\n',
};
const KEY = 'a key of the tests, long enough';
const it = redisProgram ? test : test.skip;

let server: TestServer;
let site: Site;
beforeAll(async () => {
  if (!redisProgram) return;
  server = await startRedis();
  site = new Site(await server.fresh(), FILES);
  install(site.checkout('own'));
  for (const name of ['empty', 'shared']) mkdirSync(join(site.folder, name));
});
afterAll(async () => {
  await site?.close();
  await server?.close();
});

/** As npm does it: a package from an archive, a package of the workspace, and the lock file that says so. */
function install(workspace: string): void {
  const package_ = join(site.folder, 'package');
  const modules = join(workspace, 'node_modules');
  for (const folder of [package_, join(modules, 'tiny'), join(workspace, 'vendor'), join(modules, '@site')])
    mkdirSync(folder, { recursive: true });
  const manifest = JSON.stringify({ name: 'tiny', version: '1.0.0', scripts: { postinstall: 'touch ran' } });
  for (const folder of [package_, join(modules, 'tiny')]) {
    writeFileSync(join(folder, 'package.json'), manifest);
    writeFileSync(join(folder, 'index.js'), 'module.exports = 2;\n');
  }
  symlinkSync('../../libs/lib', join(modules, '@site', 'lib'));
  const archive = join(workspace, 'vendor', 'tiny.tgz');
  execFileSync('tar', ['-czf', archive, '-C', site.folder, 'package']);
  const root = { name: 'site', dependencies: { tiny: 'file:vendor/tiny.tgz' }, workspaces: ['libs/*'] };
  writeFileSync(join(workspace, 'package.json'), JSON.stringify(root));
  const integrity = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
  const packages = {
    '': root,
    'libs/lib': { name: '@site/lib', version: '1.0.0' },
    'node_modules/@site/lib': { resolved: 'libs/lib', link: true },
    'node_modules/tiny': {
      version: '1.0.0',
      resolved: 'file:vendor/tiny.tgz',
      integrity,
      hasInstallScript: true,
    },
  };
  writeFileSync(join(workspace, 'package-lock.json'), JSON.stringify({ lockfileVersion: 3, packages }));
}

const folder = () => join(site.folder, 'shipped');

/** In an empty folder. What npm does there needs no network. */
const agent = (key: string) => {
  const ship = { accept: true, key, folder: folder() };
  return site.agent('empty', { ship, blobs: blobs(), env: { npm_config_offline: 'true' } });
};

const blobs = () => `file:${join(site.folder, 'shared')}`;

it('a worker with another key executes nothing, and says so; the task fails when all do', async () => {
  const other = await agent('another key of the tests');
  const run = site.run('sent', { ship: { key: KEY } });
  expect(await run.outcome).toMatchObject({
    status: 'failed',
    error: {
      code: 'FLOW_WORKER_SHIP',
      message: expect.stringContaining(
        `${other.id}: the code was signed with another NX_FLOW_QUEUE_KEY than its own`,
      ),
    },
  });
  expect(existsSync(folder())).toBe(false);
  await other.stop();
});

it('a worker in an empty folder executes code that is sent, with its packages and inputs; too large for the queue, it goes by the blobs', async () => {
  const taker = await agent(KEY);
  const ran = async (settings: object = {}) => {
    const run = site.run('sent', { ship: { key: KEY }, ...settings });
    const outcome = await run.outcome;
    expect(outcome).toMatchObject({ status: 'done' });
    const { values } = await site.recorded('sent', outcome.run);
    const found = Object.values(values).find((one) => 'sum' in one) as Record<string, unknown>;
    return { ...found, texts: found.texts, here: String(found.here), run };
  };
  const first = await ran();
  expect(first).toMatchObject({ sum: 42, texts: ['Alien'], around: [] });
  expect(first.run.events).toContainEqual({ type: 'code-left', files: ['.env'] });
  // What was not asked for is not there, and nobody else can look.
  expect(readdirSync(first.here).sort()).toEqual(
    'data,libs,node_modules,package-lock.json,package.json,sent.flow.ts,steps,vendor'.split(','),
  );
  expect(statSync(folder()).mode & 0o077).toBe(0);
  const tiny = realpathSync(join(first.here, 'node_modules', 'tiny'));
  expect(existsSync(join(tiny, 'ran'))).toBe(false);

  // Random bytes stay as large as they are.
  writeFileSync(join(site.checkout('own'), 'data', 'noise'), randomBytes(1024 * 1024 + 1).toString('hex'));
  const large = await ran({ blobs: blobs() });
  expect(large.texts).toHaveLength(2);
  expect(large.here).not.toBe(first.here);
  // The same lock file: its packages are those that were installed.
  expect(realpathSync(join(large.here, 'node_modules', 'tiny'))).toBe(tiny);
  expect(await taker.stop()).toBe(0);
  expect(readdirSync(join(large.here, '..', 'users'))).toEqual([]);
});
