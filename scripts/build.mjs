/**
 * Builds the packages to dist: lazily evaluated CommonJS files (esbuild, 0.2 s), and the declarations (tsc, skipped when no
 * source changed). Runs on `npm install`, through `prepare`.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, transform } from 'esbuild';
import { PACKAGES } from './build/packages.mjs';
import { buildPage } from './build/page.mjs';
import { buildParts, DENSE } from './build/parts.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** What a door of its own imports later comes through the other doors, out of the bundle. */
const byOtherDoors = {
  name: 'other-doors',
  setup({ onResolve }) {
    onResolve({ filter: /^\./ }, ({ path, kind }) =>
      kind === 'dynamic-import' ? { path: `./${path.split('/').at(-1)}.js`, external: true } : undefined,
    );
  },
};

for (const [folder, { external, parts, entries, modules = [], alone = [], programs = [] }] of Object.entries(
  PACKAGES,
)) {
  const cwd = join(root, folder);
  const dist = join(cwd, 'dist');
  mkdirSync(dist, { recursive: true });
  // What an earlier build left, and what this one does not make, must not be packed.
  for (const entry of readdirSync(dist))
    if (!['types', '.declarations'].includes(entry)) rmSync(join(dist, entry), { recursive: true });
  const options = {
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external,
    // `import()` of a package stays lazy as a require: it is quicker, and everything here is CommonJS.
    supported: { 'dynamic-import': false },
    logLevel: 'warning',
    legalComments: 'none',
  };
  const beginnings = Object.entries(parts)
    .flatMap(([name, paths]) => paths.map((path) => ({ name, path })))
    .sort((a, b) => b.path.length - a.path.length);
  const partOf = (module) => beginnings.find(({ path }) => module.startsWith(path)).name;
  await buildParts(cwd, Object.keys(parts), partOf, options);
  for (const name of alone) {
    const entry = join(cwd, 'src', `${entries[name]}.ts`);
    await build({
      ...options,
      ...DENSE,
      entryPoints: [entry],
      outfile: join(dist, `${name}.js`),
      plugins: [byOtherDoors],
    });
  }
  for (const name of Object.keys(entries).filter((door) => !alone.includes(door))) {
    const up = '../'.repeat(name.split('/').length - 1) || './';
    // ES modules see these names by a lexical scan of the file; their `default` is the whole of it.
    const exported = (await exportedNames(cwd, entries[name])).filter((n) => n !== 'default');
    const shown = exported.length > 0 ? `0 && (module.exports = { ${exported.join(', ')} });\n` : '';
    const part = `${up}parts/${partOf(entries[name])}.js`;
    mkdirSync(dirname(join(dist, `${name}.js`)), { recursive: true });
    const door = `require('${part}')['${entries[name]}']()`;
    writeFileSync(
      join(dist, `${name}.js`),
      programs.includes(name)
        ? `const keep = require('./code-cache.js').keepCode('${name.replaceAll('-', '_')}');\n${door}.main(keep);\n`
        : `module.exports = ${door};\n${shown}`,
    );
  }
  for (const name of modules) {
    const { code } = await transform(readFileSync(join(cwd, 'src', `${name}.mts`), 'utf8'), { loader: 'ts' });
    writeFileSync(join(dist, `${name}.mjs`), code);
  }
  declarations(cwd);
}

await buildPage(join(root, 'packages', 'flow-ui'));

async function exportedNames(cwd, entry) {
  const { metafile } = await build({
    entryPoints: [join(cwd, 'src', `${entry}.ts`)],
    bundle: true,
    platform: 'node',
    format: 'esm',
    write: false,
    metafile: true,
    packages: 'external',
    outdir: 'unused',
    logLevel: 'silent',
  });
  return Object.values(metafile.outputs)[0].exports;
}

function declarations(cwd) {
  const types = join(cwd, 'dist', 'types');
  const stamp = join(cwd, 'dist', '.declarations');
  const hash = createHash('sha256').update(readFileSync(join(root, 'tsconfig.base.json')));
  for (const file of readdirSync(join(cwd, 'src'), { recursive: true }).sort()) {
    if (/\.m?ts$/.test(file)) hash.update(file).update(readFileSync(join(cwd, 'src', file)));
  }
  const digest = hash.digest('hex');
  if (existsSync(types) && existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  rmSync(types, { recursive: true, force: true });
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  execFileSync(process.execPath, [tsc, '-p', join(cwd, 'tsconfig.build.json')], { cwd, stdio: 'inherit' });
  writeFileSync(stamp, digest);
}
