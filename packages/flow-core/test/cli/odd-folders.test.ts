/** A workspace in a folder whose name means something in a URL, and libraries that a step imports as sources. */
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Workspace } from '../kit/workspace';

const CONDITIONED = { compilerOptions: { module: 'nodenext', customConditions: ['@acme/source'] } };
const FLOW = (name: string, first = '') => `${first}
import { flow } from '@nx-flow/core';
import { near } from './near';
import { from } from '@acme/lib';
const f = flow('${name}');
const start = f.start(() => ({ near, from }));
const late = f.step('late', { after: start }, async () => ({
  late: (await import('@acme/lib')).from + (await import('./near')).near + (await import('@acme/plain')).plain,
}));
const bad = f.step('bad', { after: late }, () => {
  throw new Error('mine');
});
export default f.end(bad);
`;

/** Everything of a package in a folder of this name, in the workspace. */
function fill(ws: Workspace, folder: string): string {
  const files: Record<string, string | object> = {
    'package.json': { name: 'odd', private: true, workspaces: ['packages/*'] },
    'tsconfig.json': CONDITIONED,
    'cjs.flow.ts': FLOW('cjs'),
    'esm.flow.mts': FLOW('esm', 'await null;').replaceAll("'./near'", "'./near.mjs'"),
    'near.ts': `export const near: string = 'near';`,
    'near.mts': `export const near: string = 'near';`,
    'packages/lib/package.json': {
      ...{ name: '@acme/lib', type: 'module' },
      exports: { '@acme/source': './src/index.ts', default: './dist/index.js' },
    },
    'packages/lib/src/index.ts': `export * from './more.js';`,
    'packages/lib/src/more.ts': `export const from: string = 'source';`,
    'packages/plain/package.json': { name: '@acme/plain', main: './main.ts' },
    'packages/plain/main.ts': `export const plain: string = 'plain';`,
  };
  for (const [name, content] of Object.entries(files))
    ws.write(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  mkdirSync(ws.path(folder, 'node_modules/@acme'), { recursive: true });
  for (const name of ['lib', 'plain'])
    symlinkSync(ws.path(folder, 'packages', name), ws.path(folder, 'node_modules/@acme', name), 'junction');
  return ws.path(folder);
}

const ws = new Workspace({ name: 'above' }).shareProcess();
afterAll(() => ws.dispose());

test.each(['what? #1 (50%20) [x]'])('a flow in "%s"', async (folder) => {
  const cwd = fill(ws, folder);
  for (const flow of ['cjs', 'esm']) {
    const ran = await ws.nxFlow(['run', flow, '--json'], { cwd });
    expect([ran.code, ran.json?.status, ran.stderr]).toEqual([1, 'failed', expect.any(String)]);
    // The frame is at the user's line, in a folder that is named as it is.
    expect(ran.stderr + ran.stdout).toMatch(new RegExp(`${flow}\\.flow\\.m?ts:11:9`));
    const spun = await ws.ok(['spin', flow, 'late'], { cwd });
    expect(spun.stdout).toContain('"sourcenearplain"');
    const why = await ws.ok(['why', flow, 'start'], { cwd });
    expect(why.stdout).toContain('nothing differs');
  }
  const checked = await ws.ok(['check'], { cwd });
  expect(checked.stdout).toContain('2 flows, no problems');
});

test("a folder of temporary files that takes none is in nobody's way", async () => {
  const ws = new Workspace();
  try {
    ws.flow('plain', `export default f.end(f.start(() => ({ n: 1, kept: process.env.TSX_DISABLE_CACHE })));`);
    const env = {
      TMPDIR: ws.path('package.json'),
      TEMP: ws.path('package.json'),
      TMP: ws.path('package.json'),
    };
    const { code, json } = await ws.start(['spin', 'plain', 'start', '--json'], { env }).done;
    expect([code, json.artifacts]).toMatchObject([
      0,
      { n: { preview: '1' }, kept: { preview: 'undefined' } },
    ]);
  } finally {
    await ws.dispose();
  }
});
