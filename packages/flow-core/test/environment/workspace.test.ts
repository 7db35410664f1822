/** Where a command works: what lies in folders above, and whose they are. */
import { execFileSync } from 'node:child_process';
import fs, {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  type StatSyncOptions,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { storeFolder } from '../../src/environment/store-folder';
import { findWorkspace, searchWorkspace } from '../../src/environment/workspace';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'nx-flow-test-')));
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
  for (const name of ['NX_FLOW_SAFE', 'SUDO_UID']) delete process.env[name];
});

type Files = Record<string, string>;

function write(files: Files): void {
  for (const [name, content] of Object.entries(files)) {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}

const inside = (path: string) => {
  mkdirSync(join(folder, path), { recursive: true });
  return join(folder, path);
};
const workspaceOf = (path: string, started = path) => findWorkspace(inside(path), inside(started));

const npm = (...workspaces: string[]) => JSON.stringify({ workspaces });
const MEMBER: Files = { 'r/apps/shop/package.json': '{}', 'r/libs/x/package.json': '{}' };

test.each<[string, Files, string, string]>([
  ['the nearest folder upward with nx.json', { 'a/nx.json': '{}', 'nx.json': '{}' }, 'a/b/c', 'a'],
  [
    'the folder with nx.json, above packages and .flow',
    { 'nx.json': '{}', 'a/package.json': npm('b'), 'a/.flow/x': '' },
    'a/b',
    '',
  ],
  [
    'the nx.json of a package-based workspace, without npm workspaces',
    { ...MEMBER, 'r/nx.json': '{}', 'r/package.json': '{}' },
    'r/apps/shop/src',
    'r',
  ],
  [
    'the nearest package, whatever package.json is above',
    { 'package.json': '{}', 'a/package.json': '{}' },
    'a/b',
    'a',
  ],
  [
    'the nearest package, above a stray .flow',
    { '.flow/x': '', 'a/package.json': '{}', 'a/b/.flow/x': '' },
    'a/b/c',
    'a',
  ],
  ['the folder itself, whatever .flow is above', { '.flow/db/x': '' }, 'a/b', 'a/b'],
  [
    'the nearest package, where the one above lists others',
    { ...MEMBER, 'r/package.json': npm('libs/*') },
    'r/apps/shop',
    'r/apps/shop',
  ],
  ['the root that lists the package', { ...MEMBER, 'r/package.json': npm('apps/*') }, 'r/apps/shop/src', 'r'],
  [
    'the root, above a package between them that does not',
    { ...MEMBER, 'r/package.json': npm('./apps/shop/'), 'r/apps/package.json': '{}' },
    'r/apps/shop',
    'r',
  ],
  [
    'the root of the root, where that is listed itself',
    { ...MEMBER, 'r/package.json': npm('apps/*'), 'package.json': npm('r') },
    'r/apps/shop',
    '',
  ],
  [
    'the root with an object of workspaces, as yarn has it',
    { ...MEMBER, 'r/package.json': '{"workspaces":{"packages":["apps/**"],"nohoist":[]}}' },
    'r/apps/shop',
    'r',
  ],
  [
    'the nearest package, where the root excludes it',
    { ...MEMBER, 'r/package.json': npm('apps/*', '!apps/shop') },
    'r/apps/shop',
    'r/apps/shop',
  ],
  ['the root that lists by braces', { ...MEMBER, 'r/package.json': npm('{apps,libs}/*') }, 'r/libs/x', 'r'],
  ['the root that lists at any depth', { ...MEMBER, 'r/package.json': npm('**') }, 'r/libs/x', 'r'],
  [
    'the nearest package, where the pattern goes less deep',
    { 'r/package.json': npm('apps/*'), 'r/apps/a/b/package.json': '{}' },
    'r/apps/a/b',
    'r/apps/a/b',
  ],
  [
    'the root with a dot, which stands for itself',
    { 'r/a.b/package.json': '{}', 'r/axb/package.json': '{}', 'r/package.json': npm('a.b') },
    'r/axb',
    'r/axb',
  ],
  [
    'the root of pnpm',
    {
      ...MEMBER,
      'r/pnpm-workspace.yaml':
        '# ours\npackages:\n  - \'apps/*\' # all\n\n  - "!**/test/**"\ncatalog:\n  x: 1\n',
    },
    'r/apps/shop',
    'r',
  ],
  [
    'the root of pnpm, with its list on one line',
    { ...MEMBER, 'r/package.json': '{}', 'r/pnpm-workspace.yaml': 'packages: ["libs/*", apps/**]\n' },
    'r/apps/shop',
    'r',
  ],
  [
    'the nearest package, where pnpm excludes it before it includes it',
    { ...MEMBER, 'r/pnpm-workspace.yaml': "packages:\n- '!apps/shop'\n- 'apps/*'\n" },
    'r/apps/shop',
    'r/apps/shop',
  ],
  [
    'the nearest package, where pnpm lists nothing',
    { ...MEMBER, 'r/pnpm-workspace.yaml': 'onlyBuiltDependencies:\n  - apps/*\n' },
    'r/apps/shop',
    'r/apps/shop',
  ],
  [
    'the package around node_modules',
    { 'r/package.json': '{}', 'r/node_modules/x/package.json': '{}' },
    'r/node_modules/x',
    'r',
  ],
  [
    'a package, also where package.json is no JSON',
    { 'package.json': '{', 'a/package.json': '{' },
    'a/b',
    'a',
  ],
  ['the folder itself, where there is nothing', {}, 'a/b', 'a/b'],
])('the workspace is %s', (_, files, start, expected) => {
  write(files);
  const found = workspaceOf(start);
  expect(found).toBe(join(folder, expected));
  // Steps execute in the workspace, and look for it from there.
  expect(findWorkspace(found)).toBe(found);
});

test('it has its store in .flow, unless another is named', () => {
  const before = process.env.NX_FLOW_STORE;
  try {
    delete process.env.NX_FLOW_STORE;
    expect(storeFolder('/w', '/w/sub')).toBe('/w/.flow');
    process.env.NX_FLOW_STORE = '../other';
    expect(storeFolder('/w', '/w/sub')).toBe('/w/other');
    expect(storeFolder('/w', '/w/sub', 'mine')).toBe('/w/sub/mine');
    process.env.NX_FLOW_STORE = '';
    expect(storeFolder('/w', '/w/sub')).toBe('/w/.flow');
  } finally {
    if (before === undefined) delete process.env.NX_FLOW_STORE;
    else process.env.NX_FLOW_STORE = before;
  }
});

/** Lets folders, by their path in the test's, have other owners, modes and devices than they have. */
function pretend(stats: Record<string, { uid?: number; mode?: number; dev?: number }>): void {
  const { statSync } = fs;
  jest.spyOn(fs, 'statSync').mockImplementation(((path: string, options?: StatSyncOptions) => {
    const real = statSync(path, options);
    const other = stats[path === folder ? '' : path.slice(folder.length + 1)];
    return real && other ? Object.assign(Object.create(real), other) : real;
  }) as never);
}
const me = process.geteuid?.() ?? 0;
const OTHER = me + 4321;
const ROOT: Files = { 'r/nx.json': '{}', 'r/apps/package.json': '{}', 'r/apps/shop/package.json': '{}' };

describe('a folder above that is not safe', () => {
  beforeEach(() => write(ROOT));

  test('is not the workspace where another user owns it, which is said; what is below and above counts', () => {
    pretend({ r: { uid: OTHER } });
    expect(searchWorkspace(inside('r/apps/shop/src'), inside('r/apps/shop/src'))).toEqual({
      folder: join(folder, 'r/apps/shop'),
      passedOver: { folder: join(folder, 'r'), why: `user ${OTHER} owns it` },
    });
    write({ 'nx.json': '{}' });
    expect(workspaceOf('r/apps/shop')).toBe(folder);
  });

  test('is not the workspace where everybody can write it, with a sticky bit too; bits of the group do not count', () => {
    for (const mode of [0o40777, 0o41777, 0o40702]) {
      pretend({ r: { mode } });
      expect(searchWorkspace(inside('r/apps/shop'), inside('r/apps')).passedOver?.why).toBe(
        'everybody can write it',
      );
      expect(workspaceOf('r/apps/shop')).toBe(join(folder, 'r/apps/shop'));
      jest.restoreAllMocks();
    }
    pretend({ r: { mode: 0o42775 } });
    expect(workspaceOf('r/apps/shop')).toBe(join(folder, 'r'));
  });

  test('has no say as a package or as a root of workspaces either', () => {
    write({ 'r/package.json': npm('apps/*') });
    rmSync(join(folder, 'r/nx.json'));
    expect(workspaceOf('r/apps/shop')).toBe(join(folder, 'r'));
    pretend({ r: { uid: OTHER }, 'r/apps': { mode: 0o40777 } });
    expect(workspaceOf('r/apps/shop')).toBe(join(folder, 'r/apps/shop'));
    expect(workspaceOf('r/apps/other')).toBe(join(folder, 'r/apps/other'));
  });

  test('is the workspace all the same for a command that was started in it', () => {
    pretend({ r: { uid: OTHER, mode: 0o40777 } });
    expect(workspaceOf('r')).toBe(join(folder, 'r'));
    expect(workspaceOf('r/apps/shop', 'r')).toBe(join(folder, 'r'));
    expect(workspaceOf('r/apps/shop', 'r/apps')).toBe(join(folder, 'r/apps/shop'));
  });

  test('is the workspace where NX_FLOW_SAFE names it, one above it, or all', () => {
    pretend({ r: { uid: OTHER } });
    for (const safe of [
      join(folder, 'r'),
      `/elsewhere:${folder}`,
      `${folder}/r/`,
      `${folder}/*`,
      '*',
      '../..',
    ]) {
      process.env.NX_FLOW_SAFE = safe;
      expect(workspaceOf('r/apps/shop')).toBe(join(folder, 'r'));
    }
    for (const safe of ['', ':', '/elsewhere', `${folder}/r/apps`, `${folder}/rr`]) {
      process.env.NX_FLOW_SAFE = safe;
      expect(workspaceOf('r/apps/shop')).toBe(join(folder, 'r/apps/shop'));
    }
  });

  test('is the workspace under sudo where the user who typed the command owns it', () => {
    jest.spyOn(process, 'geteuid' as never).mockReturnValue(0 as never);
    pretend(Object.fromEntries(['r', 'r/apps', 'r/apps/shop'].map((path) => [path, { uid: 1000 }])));
    process.env.SUDO_UID = '1000';
    expect(workspaceOf('r/apps/shop')).toBe(join(folder, 'r'));
    process.env.SUDO_UID = '1001';
    expect(workspaceOf('r/apps/shop')).toBe(join(folder, 'r/apps/shop'));
  });

  test('is the workspace on a mount that knows no owners, whatever they seem to be', () => {
    pretend({ r: { uid: OTHER, mode: 0o40777 } });
    expect(workspaceOf('r/apps/shop')).toBe(join(folder, 'r/apps/shop'));
    const { type, ...rest } = fs.statfsSync(folder);
    jest.spyOn(fs, 'statfsSync').mockReturnValue({ ...rest, type: 0x01021997 } as never);
    expect(workspaceOf('r/apps/shop')).toBe(join(folder, 'r'));
  });

  test('is the workspace on a mount whose folders all have one foreign owner, from its root to the started one', () => {
    const mount = (more: object = {}) =>
      Object.fromEntries(
        ['r', 'r/apps', 'r/apps/shop'].map((path) => [path, { uid: OTHER, dev: 7, ...more }]),
      );
    pretend(mount());
    expect(workspaceOf('r/apps/shop')).toBe(join(folder, 'r'));
    jest.restoreAllMocks();
    pretend({ ...mount(), 'r/apps': { uid: OTHER + 1, dev: 7 } });
    expect(workspaceOf('r/apps/shop')).toBe(join(folder, 'r/apps/shop'));
    jest.restoreAllMocks();
    // No mount: its folders are on the device of the folder above, which is one's own.
    const { dev } = fs.statSync(folder);
    pretend(mount({ dev }));
    expect(workspaceOf('r/apps/shop')).toBe(join(folder, 'r/apps/shop'));
  });
});

test("a flow's file in a folder of others works in the workspace in which the command was started", () => {
  write({ 'theirs/movies.flow.ts': '', 'mine/package.json': '{}' });
  pretend({ theirs: { uid: OTHER } });
  expect(searchWorkspace(inside('theirs'), inside('mine/src'))).toEqual({
    folder: join(folder, 'mine'),
    passedOver: { folder: join(folder, 'theirs'), why: `user ${OTHER} owns it` },
  });
});

test('a root of workspaces that is passed over is told, and only where it would have been the workspace', () => {
  write({ ...MEMBER, 'r/package.json': npm('apps/*') });
  const whose = (stats: Record<string, { uid?: number; mode?: number }>) => {
    jest.restoreAllMocks();
    pretend(stats);
    const { folder: found, passedOver } = searchWorkspace(inside('r/apps/shop'));
    return [found.slice(folder.length + 1), passedOver?.folder.slice(folder.length + 1), passedOver?.why];
  };
  expect(whose({ r: { mode: 0o40777 } })).toEqual(['r/apps/shop', 'r', 'everybody can write it']);
  expect(whose({ r: { uid: OTHER } })).toEqual(['r/apps/shop', 'r', `user ${OTHER} owns it`]);
  // By pnpm; and one root above another.
  write({ 'r/package.json': '{}', 'r/pnpm-workspace.yaml': 'packages: [apps/*]' });
  expect(whose({ r: { mode: 0o41777 } })).toEqual(['r/apps/shop', 'r', 'everybody can write it']);
  write({ 'package.json': npm('r') });
  expect(whose({ r: { mode: 0o41777 } })).toEqual(['r/apps/shop', 'r', 'everybody can write it']);
  expect(whose({ '': { mode: 0o41777 } })).toEqual(['r', '', 'everybody can write it']);
  // A root above that takes the package in itself is the workspace with and without it.
  write({ 'package.json': npm('r', 'r/apps/*') });
  expect(whose({ r: { mode: 0o41777 } })).toEqual(['', undefined, undefined]);
  // Roots that do not list the package.
  write({ 'package.json': '{}', 'r/pnpm-workspace.yaml': 'packages: [libs/*]' });
  expect(whose({ r: { mode: 0o41777 }, '': { uid: OTHER } })).toEqual(['r/apps/shop', undefined, undefined]);
});

test('a manifest of others that is a named pipe holds nothing up', () => {
  write(MEMBER);
  execFileSync('mkfifo', [join(folder, 'r/package.json')]);
  pretend({ r: { uid: OTHER } });
  expect(searchWorkspace(inside('r/apps/shop'))).toEqual({ folder: join(folder, 'r/apps/shop') });
});

test('a folder of others that would not have been the workspace is not worth a line', () => {
  write({ ...ROOT, 'package.json': '{}' });
  pretend({ '': { uid: OTHER }, 'r/apps': { uid: OTHER } });
  expect(searchWorkspace(inside('r/apps/shop'))).toEqual({ folder: join(folder, 'r') });
});

describe('a store that was used from here before', () => {
  const USED = { 'db/CURRENT': 'x', 'db/000003.log': 'rows' };
  const store = (at: string, files: Files = USED) =>
    write(Object.fromEntries(Object.entries(files).map(([name, text]) => [join(at, '.flow', name), text])));

  test.each<[string, Files, string]>([
    ['beneath the workspace', { 'nx.json': '{}' }, 'a'],
    ['beside the nearest package', { 'a/package.json': '{}' }, 'a/b'],
    ['with the outermost package', { 'package.json': '{}', 'a/package.json': '{}' }, ''],
    [
      'with a root that does not list the package',
      { 'package.json': npm('libs/*'), 'a/b/package.json': '{}' },
      '',
    ],
    ['alone', {}, ''],
  ])('is named: %s', (_, files, at) => {
    write(files);
    store(at);
    expect(searchWorkspace(inside('a/b/c')).former).toBe(join(folder, at, '.flow'));
  });

  test('is not named where it is the store of today, has no runs, or belongs to another user', () => {
    write({ 'nx.json': '{}' });
    store('');
    expect(searchWorkspace(inside('a')).former).toBeUndefined();
    store('a', { 'index.json': '{}', 'heads/x.json': '{}' });
    expect(searchWorkspace(inside('a')).former).toBeUndefined();
    store('a', { 'db/CURRENT': 'x', 'db/000003.log': '' });
    expect(searchWorkspace(inside('a')).former).toBeUndefined();
    store('a');
    expect(searchWorkspace(inside('a')).former).toBe(join(folder, 'a/.flow'));
    pretend({ 'a/.flow': { uid: OTHER } });
    expect(searchWorkspace(inside('a')).former).toBeUndefined();
  });
});
