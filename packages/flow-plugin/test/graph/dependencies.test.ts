import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { FileMap } from '@nx/devkit';
import { PluginProcess } from '../kit/plugin-process';

let plugin: PluginProcess;
beforeAll(() => {
  plugin = new PluginProcess();
});
afterAll(() => plugin.close());

let workspace: string;
/** Projects by name, with their folders. */
let projects: Record<string, string>;
let installed: string[];

beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'nx-flow-edges-'));
  projects = { a: 'flows/a' };
  installed = [];
});
afterEach(() => rmSync(workspace, { recursive: true, force: true }));

function write(file: string, content: string | object): void {
  const path = join(workspace, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
}

/** A library: a project with one module. */
function lib(name: string, text = 'export const one = 1;', file = 'index.ts'): void {
  projects[name] = `libs/${name}`;
  write(`libs/${name}/${file}`, text);
}

/** A flow of that name in a project of that name; `more` stands after the imports. */
function flow(name: string, more = '', file = `flows/${name}/${name}.flow.ts`): void {
  projects[name] ??= `flows/${name}`;
  write(
    file,
    `import { client, flow } from '@nx-flow/core';\n${more}\nconst f = flow('${name}');\nexport default f.end(f.start(() => ({})));\n`,
  );
}

/** As Nx has it: each file in the project of the longest root. */
function fileMap(): FileMap {
  const map: FileMap = { projectFileMap: {}, nonProjectFiles: [] };
  for (const name of Object.keys(projects)) map.projectFileMap[name] = [];
  for (const entry of readdirSync(workspace, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name)
      .slice(workspace.length + 1)
      .replaceAll('\\', '/');
    if (/(^|\/)(\.nx|node_modules)\//.test(file)) continue;
    const hash = createHash('sha1')
      .update(readFileSync(join(workspace, file)))
      .digest('hex');
    const [owner] = Object.entries(projects)
      .filter(([, root]) => root === '.' || file.startsWith(`${root}/`))
      .sort(([, a], [, b]) => b.length - a.length);
    const files = owner ? map.projectFileMap[owner[0]] : map.nonProjectFiles;
    files?.push({ file, hash });
  }
  return map;
}

/** What Nx held when it asked last. */
let held: FileMap | undefined;
beforeEach(() => {
  held = undefined;
});

/** The edges, as Nx asks for them: all the first time, then those of files that changed. */
async function edges(): Promise<string[]> {
  const now = fileMap();
  const before = new Set(
    Object.entries(held?.projectFileMap ?? {}).flatMap(([project, files]) =>
      files.map(({ file, hash }) => `${project} ${file} ${hash}`),
    ),
  );
  const filesToProcess: FileMap = { projectFileMap: {}, nonProjectFiles: now.nonProjectFiles };
  for (const [project, files] of Object.entries(now.projectFileMap)) {
    filesToProcess.projectFileMap[project] = files.filter(
      ({ file, hash }) => !before.has(`${project} ${file} ${hash}`),
    );
  }
  held = now;
  const context = {
    workspaceRoot: workspace,
    projects: Object.fromEntries(Object.entries(projects).map(([name, root]) => [name, { name, root }])),
    externalNodes: Object.fromEntries(installed.map((name) => [`npm:${name}`, { name: `npm:${name}` }])),
    fileMap: now,
    filesToProcess,
    nxJsonConfiguration: {},
  };
  const { found, said } = await plugin.createDependencies(context);
  expect(said).toBe('');
  return found
    .map((edge) => {
      const file = 'sourceFile' in edge && edge.sourceFile ? `, ${edge.sourceFile}` : '';
      return `${edge.source} → ${edge.target} (${edge.type}${file})`;
    })
    .sort();
}

test('a workspace without flows has no edges of ours', async () => {
  lib('left', `import '../right';`);
  lib('right');
  expect(await edges()).toEqual([]);
});

describe('an import of another project', () => {
  const edge = ['a → left (static, flows/a/a.flow.ts)'];

  test.each([
    ['an import', `import { one } from '../../libs/left';`],
    ['its file', `import { one } from '../../libs/left/index.ts';`],
    ['its file as it will be called', `import { one } from '../../libs/left/index.js';`],
    ['for what it does', `import '../../libs/left';`],
    ['a type, as Nx counts it', `import type { One } from '../../libs/left';`],
    ['a type among values', `import { type One } from '../../libs/left';`],
    ['passed on', `export { one } from '../../libs/left';`],
    ['all of it passed on', `export * from '../../libs/left';`],
    ['later', `const later = () => import('../../libs/left');`],
    ['a template without holes', 'const later = () => import(`../../libs/left`);'],
    ['require', `const { one } = require('../../libs/left');`],
    ['import = require', `import left = require('../../libs/left');`],
  ])('%s', async (_, text) => {
    lib('left');
    lib('right');
    flow('a', text);
    expect(await edges()).toEqual(edge);
  });

  test('computed specifiers, comments and texts are none', async () => {
    lib('left');
    flow(
      'a',
      `const name = 'left';
       const later = () => import('../../libs/' + name);
       // import '../../libs/left';
       const text = "import '../../libs/left'";`,
    );
    expect(await edges()).toEqual([]);
  });

  test('a name that tsconfig maps, in the root’s file, in one that is extended, in the project’s own', async () => {
    lib('base');
    lib('extended');
    lib('own');
    lib('bare');
    write(
      'tsconfig.base.json',
      '{ // with a comment\n "compilerOptions": { "paths": { "@x/*": ["libs/*/index.ts"] } } }',
    );
    write('tsconfig.json', { extends: './config/paths' });
    write('config/paths.json', { compilerOptions: { paths: { '@e': ['../libs/extended'] } } });
    write('flows/a/tsconfig.json', {
      compilerOptions: { baseUrl: '../..', paths: { own: ['./libs/own/index'] } },
    });
    flow('a', `import '@x/base'; import '@e'; import 'own'; import 'libs/bare';`);
    expect(await edges()).toEqual([
      'a → bare (static, flows/a/a.flow.ts)',
      'a → base (static, flows/a/a.flow.ts)',
      'a → extended (static, flows/a/a.flow.ts)',
      'a → own (static, flows/a/a.flow.ts)',
    ]);
  });

  test('a package of the workspace, by its name, by a path in it, by an inner name', async () => {
    for (const name of ['named', 'deep', 'mapped']) {
      lib(name);
      write(`libs/${name}/package.json`, { name: `@acme/${name}`, version: '1.0.0' });
    }
    write('flows/a/package.json', {
      name: 'flow-a',
      imports: { '#mapped': { default: '@acme/mapped' }, '#own/*': './own/*.ts' },
    });
    lib('behind');
    write('flows/a/own/thing.ts', `export * from '../../../libs/behind';`);
    flow('a', `import '@acme/named'; import '@acme/deep/some/file'; import '#mapped'; import '#own/thing';`);
    expect(await edges()).toEqual([
      'a → behind (static, flows/a/own/thing.ts)',
      'a → deep (static, flows/a/a.flow.ts)',
      'a → mapped (static, flows/a/a.flow.ts)',
      'a → named (static, flows/a/a.flow.ts)',
    ]);
  });
});

test('what a flow imports of its own project is followed, in whichever way it is imported', async () => {
  lib('left');
  lib('right');
  write('flows/a/src/first.ts', `export * from './second.js'; export * from '../a.flow';`);
  write('flows/a/src/second.ts', `import { one } from '../../../libs/left';`);
  write('flows/a/src/other.ts', `import { one } from '../../../libs/right';`);
  flow('a', `import './src/first';`);
  expect(await edges()).toEqual(['a → left (static, flows/a/src/second.ts)']);
});

test('so is what it imports of other projects: a change there reaches the flow through them', async () => {
  lib('left', `import '../middle/index.mjs'; import '../left/other';`);
  write('libs/left/other.ts', '');
  lib('middle', `export * from '@acme/right';`, 'index.mjs');
  lib('right', `import 'zod';`, 'src/main.ts');
  write('libs/right/package.json', {
    name: '@acme/right',
    exports: { '.': { types: './dist/main.d.ts', source: './src/main.ts' } },
  });
  installed = ['zod'];
  flow('a', `import '../../libs/left';`);
  expect(await edges()).toEqual([
    'a → left (static, flows/a/a.flow.ts)',
    'left → middle (static, libs/left/index.ts)',
    'middle → right (static, libs/middle/index.mjs)',
    'right → npm:zod (static, libs/right/src/main.ts)',
  ]);
});

test('a module that is in no project counts for each flow that it leads to', async () => {
  lib('left');
  write('shared/all.ts', `export * from './deeper';`);
  write('shared/deeper.ts', `export * from '../libs/left';`);
  flow('a', `import '../../shared/all';`);
  flow('b', `import './near';`);
  write('flows/b/near.ts', `import '../../shared/all';`);
  expect(await edges()).toEqual([
    'a → left (static, flows/a/a.flow.ts)',
    'b → left (static, flows/b/near.ts)',
  ]);
});

test('installed packages are named as Nx names them, and what Node has built in is none', async () => {
  installed = ['@nx-flow/core', 'zod', 'zod@3.25.0', '@scope/name', 'buffer', 'fs'];
  write('flows/b/node_modules/zod/package.json', { name: 'zod', version: '3.25.0' });
  flow(
    'a',
    `import 'zod/v4'; import '@scope/name/deep'; import 'node:buffer'; import fs from 'fs'; import 'absent';`,
  );
  flow('b', `import 'zod';`);
  expect(await edges()).toEqual([
    'a → npm:@nx-flow/core (static, flows/a/a.flow.ts)',
    'a → npm:@scope/name (static, flows/a/a.flow.ts)',
    'a → npm:zod (static, flows/a/a.flow.ts)',
    'b → npm:@nx-flow/core (static, flows/b/b.flow.ts)',
    'b → npm:zod@3.25.0 (static, flows/b/b.flow.ts)',
  ]);
});

describe('a flow that reads the runs of another', () => {
  test.each([
    ['by its name', `const runs = () => client('b').latest();`],
    ['by its name, in a namespace', `const runs = () => client('b', { namespace: null }).latest();`],
    ['through a local module', `import './reader';`],
  ])('%s', async (_, text) => {
    write('flows/a/reader.ts', `import * as core from '@nx-flow/core'; core.client('b');`);
    flow('a', text);
    flow('b');
    expect(await edges()).toEqual(['a → b (implicit)']);
  });

  test('by the flow itself', async () => {
    flow('a', `import b from '../b/b.flow'; const runs = () => client(b).latest();`);
    flow('b');
    expect(await edges()).toEqual(['a → b (static, flows/a/a.flow.ts)']);
  });

  test('in turn: a cycle of two edges, and none to itself', async () => {
    flow('a', `client('b'); client('a');`);
    flow('b', `import '../a/a.flow'; client('a');`);
    expect(await edges()).toEqual([
      'a → b (implicit)',
      'b → a (implicit)',
      'b → a (static, flows/b/b.flow.ts)',
    ]);
  });

  test('of a name that two files have: both', async () => {
    flow('a', `client('twin');`);
    flow('twin', '', 'flows/b/twin.flow.ts');
    flow('twin', '', 'flows/c/twin.flow.ts');
    projects = { a: 'flows/a', b: 'flows/b', c: 'flows/c' };
    expect(await edges()).toEqual(['a → b (implicit)', 'a → c (implicit)']);
  });
});

describe('between commands', () => {
  test('an edge goes with its import, and with its target', async () => {
    lib('left');
    lib('right');
    flow('a', `import '../../libs/left'; import '../../libs/right';`);
    expect(await edges()).toHaveLength(2);
    flow('a', `import '../../libs/left';`);
    expect(await edges()).toEqual(['a → left (static, flows/a/a.flow.ts)']);
    rmSync(join(workspace, 'libs/left/index.ts'));
    expect(await edges()).toEqual([]);
  });

  test('a file that is renamed is another file', async () => {
    lib('left');
    write('flows/a/near.ts', `import '../../libs/left';`);
    flow('a', `import './near';`);
    expect(await edges()).toEqual(['a → left (static, flows/a/near.ts)']);
    rmSync(join(workspace, 'flows/a/near.ts'));
    expect(await edges()).toEqual([]);
    write('flows/a/far.ts', `import '../../libs/left';`);
    flow('a', `import './far';`);
    expect(await edges()).toEqual(['a → left (static, flows/a/far.ts)']);
  });

  test('a project that comes later is given as Nx takes it, though the file that imports it stays the same', async () => {
    lib('left');
    write('libs/left/later.ts', '');
    write('libs/later/index.ts', '');
    flow('a', `import '../../libs/left'; import '../../libs/later';`);
    expect(await edges()).toEqual(['a → left (static, flows/a/a.flow.ts)']);
    lib('later');
    // Of a file that did not change Nx keeps the edges that it has: only those without a file are new to it.
    const both = [
      'a → later (implicit)',
      'a → later (static, flows/a/a.flow.ts)',
      'a → left (static, flows/a/a.flow.ts)',
    ];
    expect(await edges()).toEqual(both);
    expect(await edges()).toEqual(both);
    flow('a', `import '../../libs/left'; import '../../libs/later'; // edited`);
    expect(await edges()).toEqual(both.filter((edge) => !edge.includes('implicit')));
    // Nothing of what was given is known: all of it is given both ways.
    rmSync(join(workspace, '.nx'), { recursive: true });
    expect(await edges()).toHaveLength(4);
  });

  test('a file that does not parse for a while keeps its edges', async () => {
    lib('left');
    flow('a', `import '../../libs/left';`);
    expect(await edges()).toEqual(['a → left (static, flows/a/a.flow.ts)']);
    flow('a', `import '../../libs/left'; const x = ;`);
    expect(await edges()).toEqual(['a → left (static, flows/a/a.flow.ts)']);
  });
});
