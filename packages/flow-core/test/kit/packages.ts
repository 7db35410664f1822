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
  for (const version of ['1.0.0', '2.0.0']) {
    writeLeaf(ws, `sources/leaf-${version}`, version);
    pack(ws, `sources/leaf-${version}`);
    const leaf = `file:${ws.path('vendor', `leaf-${version}.tgz`)}`;
    writeDup(ws, `sources/dup-${version}`, version, leaf);
    writeModern(ws, `sources/modern-${version}`, version);
    pack(ws, `sources/dup-${version}`);
    pack(ws, `sources/modern-${version}`);
  }
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

function pack(ws: Workspace, folder: string): void {
  mkdirSync(ws.path('vendor'), { recursive: true });
  execFileSync('npm', ['pack', '--silent', ws.path(folder)], {
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
