/** Parts of a package: a few files, in which every module is evaluated on first use. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { build, transform } from 'esbuild';

const OWN_GLOBALS = 'environment/own-globals';
/** Imports flows: what is held is held when its part is loaded. */
const IMPORTS_FLOWS = 'source/load';

/** Modules of Node that whatever imports a flow needs. What the engine uses of them is held before. */
const HELD_AT_ONCE = ['fs', 'fs/promises', 'path', 'crypto', 'url', 'util', 'os', 'module', 'string_decoder'];

/** Without comments and indentation, a quarter of a text: every process reads it, and keeps it in memory. Lines stay short for stacks. */
export const DENSE = { minifyWhitespace: true, lineLimit: 120 };

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
  const ownGlobals = join(src, `${OWN_GLOBALS}.ts`);
  const texts = {};
  for (const name of names) {
    const own = all.filter((module) => partOf(module) === name);
    const doors = own.map((module) => `${JSON.stringify(module)}: () => require('./src/${module}')`);
    const otherParts = {
      name: 'other-parts',
      setup({ onResolve, onLoad }) {
        onResolve({ filter: /^part:/ }, ({ path }) => ({ path, external: true }));
        onResolve({ filter: /^\./ }, ({ path, resolveDir }) => {
          const from = relative(src, join(resolveDir, path)).replaceAll('\\', '/');
          const module = all.find((one) => one === from || one === `${from}/index`);
          if (module === undefined || partOf(module) === name) return undefined;
          return { path: `part:${module}`, external: true };
        });
        // One evaluation for all parts: the globals as they are when the first of them is loaded.
        if (partOf(OWN_GLOBALS) !== name) {
          const filter = new RegExp(`${OWN_GLOBALS}\\.ts$`);
          onLoad({ filter }, () => ({ contents: globalsFrom(ownGlobals), loader: 'js' }));
        }
      },
    };
    const { outputFiles } = await build({
      ...options,
      ...(existsSync(ownGlobals) ? { inject: [ownGlobals] } : {}),
      stdin: { contents: `module.exports = { ${doors.join(', ')} };`, resolveDir: cwd, loader: 'js' },
      write: false,
      plugins: [otherParts],
    });
    texts[name] = outputFiles[0].text;
  }
  const folder = join(cwd, 'dist', 'parts');
  mkdirSync(folder, { recursive: true });
  const held = existsSync(ownGlobals) ? namesOfNode(Object.values(texts)) : undefined;
  for (const [name, text] of Object.entries(texts)) {
    const link = {
      partOf,
      held,
      holds: partOf(OWN_GLOBALS) === name,
      imports: held && partOf(IMPORTS_FLOWS) === name,
    };
    const { code } = await transform(linkParts(text, link), DENSE);
    writeFileSync(join(folder, `${name}.js`), code);
  }
}

function globalsFrom(file) {
  const names = [...readFileSync(file, 'utf8').matchAll(/^export const (\w+)/gm)].map(([, name]) => name);
  return [
    `const own = require('part:${OWN_GLOBALS}');`,
    ...names.map((name) => `export const ${name} = own.${name};`),
  ].join('\n');
}

/** What the parts use of each module of Node. */
function namesOfNode(texts) {
  const found = {};
  for (const text of texts) {
    for (const [, variable, module] of text.matchAll(/^ *(import_\w+) = require\("node:([\w/]+)"\);$/gm)) {
      found[module] ??= new Set();
      for (const [, name] of text.matchAll(new RegExp(`\\b${variable}\\.(\\w+)`, 'g')))
        found[module].add(name);
    }
  }
  return found;
}

/** Modules of other parts by their doors. A door gives the exports themselves: to copy them for each importer takes time. */
function linkParts(text, { partOf, held, holds, imports }) {
  const used = new Set();
  if (held && !holds) used.add(partOf(OWN_GLOBALS));
  const linked = text
    .replace(/\brequire\("part:([^"]+)"\)/g, (_, module) => {
      used.add(partOf(module));
      return `part_${idOf(partOf(module))}()["${module}"]()`;
    })
    // All that a module of Node exports, as it is now: its properties are not copied.
    .replace(/__toESM\(require\("node:([\w/]+)"\)\)/g, '__builtin("$1")')
    .replace(/= require\("node:([\w/]+)"\);$/gm, held ? '= __own("$1");' : '$&')
    .replace(/__toCommonJS\((\w+_exports\d*)\)/g, '$1')
    .replace(
      /^var __export = \(target, all\) => \{$/m,
      '$&\n  __defProp(target, "__esModule", { value: true });',
    );
  const parts = [...used].map(
    (part) =>
      `var in_${idOf(part)}, part_${idOf(part)} = () => (in_${idOf(part)} ??= require("./${part}.js"));`,
  );
  return [BUILTIN, ...parts, ...(held ? [holds ? holding(held) : owning(partOf(OWN_GLOBALS))] : []), linked]
    .concat(held && holds ? ['module.exports.own = __own;\n'] : [])
    .concat(imports ? [`${JSON.stringify(HELD_AT_ONCE)}.forEach(__own);\n`] : [])
    .join('\n');
}

const BUILTIN = `var __builtin = (name) => {
  var real = require("node:" + name);
  return Object.create(real, { default: { value: real } });
};`;

/**
 * A step may replace functions of Node's modules, such as \`fs.writeSync\`, for itself and its libraries. The engine goes on
 * with those that were there when it was loaded.
 */
function holding(held) {
  const names = Object.entries(held).map(([module, of]) => `  "${module}": "${[...of].sort().join(' ')}",`);
  return `var __NAMES = {
${names.join('\n')}
};
var __owned = {};
var __own = (module) => (__owned[module] ??= __hold(require("node:" + module), __NAMES[module].split(" ")));
function __hold(real, names) {
  var held = {};
  for (var i = 0; i < names.length; i++) held[names[i]] = real[names[i]];
  return held;
}`;
}

function owning(part) {
  return `var __own = (module) => part_${idOf(part)}().own(module);`;
}

function idOf(part) {
  return part.replace('-', '_');
}
