/** npm packages made on the fly: two versions of each, packed by the real npm, and nothing fetched from anywhere. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Workspace } from './workspace';

/** No registry answers here: what is asked for fails at once. */
export const OFFLINE = { npm_config_registry: 'http://127.0.0.1:9', npm_config_fetch_retries: '0' };

/**
 * `dup` (CommonJS, depends on `leaf`) and `@acme/modern` (for `import` alone), versions 1 and 2 as tarballs in
 * `vendor/`, version 0 of both in the workspace's own node_modules.
 */
export function makePackages(ws: Workspace): void {
  const sources: string[] = [];
  for (const version of ['1.0.0', '2.0.0']) {
    const folder = (name: string) => `sources/${name}-${version}`;
    const leaf = `file:${ws.path('vendor', `leaf-${version}.tgz`)}`;
    writeLeaf(ws, folder('leaf'), version);
    writeDup(ws, folder('dup'), version, leaf);
    writeModern(ws, folder('modern'), version);
    sources.push(...['leaf', 'dup', 'modern'].map(folder));
  }
  pack(ws, sources);
  writeLeaf(ws, 'node_modules/leaf', '0.0.0');
  writeDup(ws, 'node_modules/dup', '0.0.0');
  writeModern(ws, 'node_modules/@acme/modern', '0.0.0');
}

function writeLeaf(ws: Workspace, folder: string, version: string): void {
  ws.write(join(folder, 'package.json'), JSON.stringify({ name: 'leaf', version }));
  ws.write(join(folder, 'index.js'), `exports.version = '${version}';`);
}

function writeDup(ws: Workspace, folder: string, version: string, leaf?: string): void {
  const manifest = { name: 'dup', version, ...(leaf ? { dependencies: { leaf } } : {}) };
  ws.write(join(folder, 'package.json'), JSON.stringify(manifest));
  ws.write(
    join(folder, 'index.js'),
    `exports.version = '${version}'; exports.leaf = require('leaf').version;`,
  );
  ws.write(join(folder, 'sub.js'), `exports.sub = '${version}';`);
}

function writeModern(ws: Workspace, folder: string, version: string): void {
  const exports = { '.': { import: './index.js' }, './sub': { import: './sub.js' } };
  ws.write(
    join(folder, 'package.json'),
    JSON.stringify({ name: '@acme/modern', version, type: 'module', exports }),
  );
  ws.write(join(folder, 'index.js'), `export const version = '${version}';`);
  ws.write(join(folder, 'sub.js'), `export { version as sub } from './index.js';`);
}

function pack(ws: Workspace, folders: readonly string[]): void {
  mkdirSync(ws.path('vendor'), { recursive: true });
  execFileSync('npm', ['pack', '--silent', ...folders.map((folder) => ws.path(folder))], {
    cwd: ws.path('vendor'),
    env: { ...process.env, ...npmHome(ws), ...OFFLINE },
  });
}

/** A cache of the workspace's own: nothing comes from an earlier test. */
export function npmHome(ws: Workspace): Record<string, string> {
  return { npm_config_cache: ws.path('npm-cache') };
}

/** Puts a script in the place of npm; gives the environment in which it is found. */
export function fakeNpm(ws: Workspace, script: string): Record<string, string> {
  const file = ws.write(join('fake', 'npm'), `#!${process.execPath}\n${script}\n`);
  chmodSync(file, 0o755);
  return { PATH: `${ws.path('fake')}${delimiter}${process.env.PATH}` };
}

/**
 * In the place of npm, for tests of what comes before it and after it: unpacks `dup` 1.0.0 and `leaf` where npm would, which
 * takes npm a second. Gives the script's path.
 */
export function unpackDup(ws: Workspace, name = 'unpack/npm'): string {
  const unpack = ['dup', 'leaf'].map(
    (pack) =>
      `mkdir -p node_modules/${pack} && tar -xzf '${ws.path('vendor', `${pack}-1.0.0.tgz`)}' -C node_modules/${pack} --strip-components=1`,
  );
  const file = ws.write(name, `#!/bin/sh\n${unpack.join(' && ')}\n`);
  chmodSync(file, 0o755);
  return file;
}
