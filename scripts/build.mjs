/**
 * Builds the packages to dist: lazily evaluated CommonJS files (esbuild, 0.2 s), and the declarations (tsc, skipped when no
 * source changed). Runs on `npm install`, through `prepare`.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
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
    // Node reads a file whole before it runs a line of it: a worker needs a quarter of the engine, and a spin half of it.
    // A module is in the part that names the longest beginning of its path.
    parts: {
      testing: [
        'testing/',
        'store/kv-contract',
        'store/cas-contract',
        'engine/pool/pool-contract',
        'engine/pool/contract-',
      ],
      fingerprint: ['source/fingerprint/'],
      // What reads a flow's source without executing it, or names a place in it.
      static: [
        ...['ast', 'computed-steps', 'declared-inputs', 'flow-files', 'import-error', 'index'],
        ...['newest-change', 'outside-guard', 'pars', 'positions', 'references', 'returned-names'],
        ...['static-graph', 'step-call', 'top-level-await'],
      ].map((name) => `source/${name}`),
      // What few flows need: conditions of the workspace, packages of a step, options that are given for a run.
      seldom: [
        ...['source/conditioned', 'source/condition-hooks', 'source/question-', 'source/packages/'],
        'definition/with',
      ],
      client: ['client/'],
      transfer: ['engine/transfer/', 'cli/render/transfer'],
      explain: ['engine/explain/', 'cli/render/diff', 'cli/render/why', 'cli/render/show-task'],
      reading: [
        ...[
          'check',
          'diff',
          'dump',
          'export',
          'import',
          'logs',
          'runs',
          'show',
          'snapshot',
          'tag',
          'why',
        ].map((name) => `cli/commands/${name}`),
        ...['cli/help', 'cli/type-check', 'cli/lookup', 'cli/reading', 'cli/render/status'],
        ...['diff', 'task', 'value', 'why'].map((name) => `cli/json/${name}`),
      ],
      cli: ['cli/', 'session/', 'engine/explain/error-text'],
      pool: ['engine/pool/', 'process/channel', 'process/start-process', 'process/heap'],
      run: [
        ...['engine/run/', 'engine/resume/', 'engine/handover/', 'engine/outputs/task-writer'],
        ...['build-', 'code', 'git', 'journal', 'task-logs'].map((name) => `engine/record/${name}`),
        ...['session/run', 'session/step', 'cli/run-', 'cli/render/live-region'],
        ...['resume', 'run', 'step'].map((name) => `cli/commands/${name}`),
        ...['render/run', 'render/step', 'json/step'].map((name) => `cli/${name}`),
      ],
      spin: [
        ...['engine/inputs/', 'engine/spin/', 'engine/outputs/', 'engine/record/'],
        ...['at-exit', 'guard', 'signals', 'timeout'].map((name) => `engine/contain/${name}`),
      ],
      keys: ['cli/keys/', 'engine/spin/read-key'],
      'spin-all': [
        ...['all', 'persisted', 'split-'].map((name) => `engine/spin/${name}`),
        ...['no-inputs', 'only-given', 'origin-of-splits', 'override-list', 'splits'].map(
          (name) => `engine/inputs/${name}`,
        ),
        ...['session/persisted-spins', 'session/spin-all', 'cli/render/spin-all'],
      ],
      broker: ['hub', 'main', 'server']
        .map((name) => `store/broker/${name}`)
        .concat([...['store/database', 'store/level', 'store/index']]),
      // The store as its clients see it. A worker has none.
      store: [
        ...['store/broker/', 'store/event-sink', 'store/kv', 'store/logs', 'store/memory', 'store/new-store'],
        ...[
          'store/generation',
          'store/open',
          'store/row',
          'engine/record/run-status',
          'store/stamp',
          'store/store',
          'store/tags',
          'store/writable',
        ],
        ...['former-store', 'listed', 'store-folder', 'workspace'].map((name) => `environment/${name}`),
        ...['definition/params', 'definition/silent', 'definition/wrong-value'],
      ],
      // A worker performs tasks, and so does a spin, which needs nothing else of the pool.
      base: ['', 'engine/pool/perform', 'source/packages/names'],
    },
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
      'condition-hooks': 'source/condition-hooks',
      'question-inner': 'source/question-inner',
      'question-outer': 'source/question-outer',
      broker: 'store/broker/main',
    },
  },
  'packages/flow-plugin': {
    external: ['@nx-flow/core', '@nx-flow/core/*', '@nx/devkit', 'nx'],
    parts: { plugin: [''] },
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

const OWN_GLOBALS = 'src/environment/own-globals.ts';

/** What a door of its own imports later comes through the other doors, out of the bundle. */
const byOtherDoors = {
  name: 'other-doors',
  setup({ onResolve }) {
    onResolve({ filter: /^\./ }, ({ path, kind }) =>
      kind === 'dynamic-import' ? { path: `./${path.split('/').at(-1)}.js`, external: true } : undefined,
    );
  },
};

for (const [folder, { external, parts, entries, modules = [], alone = [] }] of Object.entries(PACKAGES)) {
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
    // A step that fakes timers or `Date` does not stop the engine's.
    ...(existsSync(join(cwd, OWN_GLOBALS)) ? { inject: [join(cwd, OWN_GLOBALS)] } : {}),
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
    writeFileSync(
      join(dist, `${name}.js`),
      `module.exports = require('${part}')['${entries[name]}']();\n${shown}`,
    );
  }
  for (const name of modules) {
    const { code } = await transform(readFileSync(join(cwd, 'src', `${name}.mts`), 'utf8'), { loader: 'ts' });
    writeFileSync(join(dist, `${name}.mjs`), code);
  }
  declarations(cwd);
}

/**
 * `dist/parts/<name>.js`: functions that evaluate a module on first use, and give its exports. Every module is in one part, so
 * that classes and state are the same whichever door was taken. esbuild turns `require` and `import()` of modules of the same
 * part into such calls; for those of another part, {@link linkParts} does.
 */
async function buildParts(cwd, names, partOf, options) {
  const src = join(cwd, 'src');
  const all = readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -3).replaceAll('\\', '/'))
    .sort();
  for (const name of names) {
    const own = all.filter((module) => partOf(module) === name);
    const doors = own.map((module) => `${JSON.stringify(module)}: () => require('./src/${module}')`);
    const otherParts = {
      name: 'other-parts',
      setup({ onResolve }) {
        onResolve({ filter: /^\./ }, ({ path, resolveDir }) => {
          const from = relative(src, join(resolveDir, path)).replaceAll('\\', '/');
          const module = all.find((one) => one === from || one === `${from}/index`);
          if (module === undefined || partOf(module) === name) return undefined;
          return { path: `part:${module}`, external: true };
        });
      },
    };
    const outfile = join(cwd, 'dist', 'parts', `${name}.js`);
    const { outputFiles } = await build({
      ...options,
      stdin: { contents: `module.exports = { ${doors.join(', ')} };`, resolveDir: cwd, loader: 'js' },
      outfile,
      write: false,
      plugins: [otherParts],
    });
    mkdirSync(dirname(outfile), { recursive: true });
    writeFileSync(outfile, linkParts(outputFiles[0].text, partOf));
  }
}

/** Modules of other parts by their doors. A door gives the exports themselves: to copy them for each importer takes time. */
function linkParts(text, partOf) {
  const builtin = `var builtin = (name) => {
  var real = require("node:" + name);
  return Object.create(real, { default: { value: real } });
};
`;
  const used = new Set();
  const linked = text
    .replace(/\brequire\("part:([^"]+)"\)/g, (_, module) => {
      used.add(partOf(module));
      return `part_${idOf(partOf(module))}()["${module}"]()`;
    })
    // All that a module of Node exports, as it is now: its properties are not copied.
    .replace(/__toESM\(require\("node:([\w/]+)"\)\)/g, 'builtin("$1")')
    .replace(/__toCommonJS\((\w+_exports\d*)\)/g, '$1')
    .replace(
      /^var __export = \(target, all\) => \{$/m,
      '$&\n  __defProp(target, "__esModule", { value: true });',
    );
  const parts = [...used].map(
    (part) =>
      `var in_${idOf(part)}, part_${idOf(part)} = () => (in_${idOf(part)} ??= require("./${part}.js"));`,
  );
  return `${builtin}${parts.join('\n')}\n${linked}`;
}

function idOf(part) {
  return part.replace('-', '_');
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
