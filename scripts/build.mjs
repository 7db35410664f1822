/**
 * Builds the packages to dist: one lazily evaluated CommonJS file for each package (esbuild, under 0.1 s), and the
 * declarations (tsc, skipped when no source changed). Runs on `npm install`, through `prepare`.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, transform } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Entry files: a name in dist, and the module whose exports it shows. */
const PACKAGES = {
  'packages/flow-core': {
    // Vitest's `expect` can only be imported: this door alone is an ES module.
    modules: ['testing/vitest'],
    // Opened before every command of a workspace: the whole bundle would take as long as all that this door does.
    alone: ['keys'],
    external: ['level', 'oxc-parser', 'tsx', 'tsx/*', 'zod'],
    entries: {
      index: 'index',
      cli: 'cli/index',
      keys: 'cli/keys/index',
      'spin-key': 'cli/keys/spin-key',
      'command-params-key': 'cli/keys/command-params-key',
      source: 'source/index',
      store: 'store/index',
      'testing/index': 'testing/index',
      'testing/jest': 'testing/jest',
      'testing/child': 'testing/child',
      'testing/fingerprint-thread': 'testing/fingerprint-thread',
      worker: 'engine/pool/worker-main',
      'packages-hooks': 'source/packages/hooks',
      broker: 'store/broker/main',
    },
  },
  'packages/flow-plugin': {
    external: ['@nx-flow/core', '@nx-flow/core/*', '@nx/devkit', 'nx'],
    entries: {
      index: 'index',
      'executors/run': 'executors/run',
      'executors/spin': 'executors/spin',
      'executors/resume': 'executors/resume',
      'executors/step': 'executors/step',
      'executors/snapshot': 'executors/snapshot',
      'generators/init': 'generators/init',
      'generators/flow': 'generators/flow',
      'generators/step': 'generators/step',
    },
  },
};

/** What a door of its own imports later comes through the other doors, out of the bundle. */
const byOtherDoors = {
  name: 'other-doors',
  setup({ onResolve }) {
    onResolve({ filter: /^\./ }, ({ path, kind }) =>
      kind === 'dynamic-import' ? { path: `./${path.split('/').at(-1)}.js`, external: true } : undefined,
    );
  },
};

for (const [folder, { external, entries, modules = [], alone = [] }] of Object.entries(PACKAGES)) {
  const cwd = join(root, folder);
  const dist = join(cwd, 'dist');
  mkdirSync(dist, { recursive: true });
  // One bundle holds every module once, so that classes and state are the same whichever door was taken;
  // esbuild turns `require` and `import()` of our own modules into calls that evaluate them on first use.
  const names = Object.keys(entries);
  const doors = names.map((name) => `${JSON.stringify(name)}: () => require('./src/${entries[name]}')`);
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
  await build({
    ...options,
    stdin: { contents: `module.exports = { ${doors.join(', ')} };`, resolveDir: cwd, loader: 'js' },
    outfile: join(dist, 'bundle.js'),
  });
  for (const name of alone) {
    const entry = join(cwd, 'src', `${entries[name]}.ts`);
    await build({
      ...options,
      entryPoints: [entry],
      outfile: join(dist, `${name}.js`),
      plugins: [byOtherDoors],
    });
  }
  for (const name of names.filter((door) => !alone.includes(door))) {
    const up = '../'.repeat(name.split('/').length - 1) || './';
    // ES modules see these names by a lexical scan of the file; their `default` is the whole of it.
    const exported = (await exportedNames(cwd, entries[name])).filter((n) => n !== 'default');
    const shown = exported.length > 0 ? `0 && (module.exports = { ${exported.join(', ')} });\n` : '';
    mkdirSync(dirname(join(dist, `${name}.js`)), { recursive: true });
    writeFileSync(
      join(dist, `${name}.js`),
      `module.exports = require('${up}bundle.js')['${name}']();\n${shown}`,
    );
  }
  for (const name of modules) {
    const { code } = await transform(readFileSync(join(cwd, 'src', `${name}.mts`), 'utf8'), { loader: 'ts' });
    writeFileSync(join(dist, `${name}.mjs`), code);
  }
  declarations(cwd);
}

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
