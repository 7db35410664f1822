/** Parts of a package: a few files, in which every module is evaluated on first use. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { build } from 'esbuild';

/**
 * `dist/parts/<name>.js`: functions that evaluate a module on first use, and give its exports. Every module is in one part, so
 * that classes and state are the same whichever door was taken. esbuild turns `require` and `import()` of modules of the same
 * part into such calls; for those of another part, {@link linkParts} does.
 */
export async function buildParts(cwd, names, partOf, options) {
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
