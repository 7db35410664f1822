/**
 * `npm run variants -- --build=../before --kind=3 --name=env`: what a flow can do to the engine, by kind, each in several
 * variants. They are executed on this checkout, or on another one that is built (`--build`), so that two builds can be compared.
 * For each variant: `right`, or `wrong` and what was wrong; then a table by kind. `--json` prints that as JSON instead.
 * `--at-once=1` executes one after another. It ends with 1 where one is wrong.
 *
 * A file of `scripts/variants` exports `kind`, `title` and `variants`. A variant has a `name`, and a `check` that is given a
 * workspace of its own (`variants/lib/workspace.mjs`); it returns nothing where all is right, else a sentence.
 */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { Workspace } from './variants/lib/workspace.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({
  options: {
    build: { type: 'string', default: root },
    kind: { type: 'string', multiple: true },
    name: { type: 'string' },
    'at-once': { type: 'string', default: '2' },
    json: { type: 'boolean', default: false },
  },
});
const build = resolve(values.build);
if (!existsSync(join(build, 'packages/flow-core/dist/cli.js'))) {
  console.error(`${build} is no checkout that is built: it has no packages/flow-core/dist/cli.js.`);
  process.exit(2);
}

const chosen = (await kinds()).flatMap(({ kind, title, variants }) =>
  values.kind && !values.kind.includes(String(kind))
    ? []
    : variants
        .filter(({ name }) => name.includes(values.name ?? ''))
        .map((variant) => ({ kind, title, ...variant })),
);
if (chosen.length === 0) {
  console.error('There is no such variant.');
  process.exit(2);
}

const waiting = [...chosen];
const results = new Map();
await Promise.all(
  Array.from({ length: Math.max(1, Number(values['at-once'])) }, async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const result = await tried(next);
      results.set(next, result);
      if (!values.json) console.log(`${result.kind}  ${result.name}: ${said(result)}`);
    }
  }),
);
const all = chosen.map((variant) => results.get(variant));
if (values.json) console.log(JSON.stringify(all, undefined, 2));
else console.log(`\n${table(all)}`);
process.exit(all.every(({ verdict }) => verdict === 'right') ? 0 : 1);

/** The files of variants, in the order of their kinds. */
async function kinds() {
  const folder = join(root, 'scripts', 'variants');
  const files = readdirSync(folder).filter((name) => name.endsWith('.mjs'));
  const found = await Promise.all(files.map((name) => import(pathToFileURL(join(folder, name)).href)));
  return found.sort((one, other) => one.kind - other.kind);
}

/** `broken` is a check that threw: it tells nothing about the build. */
async function tried({ kind, title, name, check }) {
  const workspace = new Workspace(build);
  const start = Date.now();
  const result = { kind, title, name, verdict: 'right' };
  try {
    const wrong = await check(workspace);
    if (wrong) Object.assign(result, { verdict: 'wrong', why: wrong });
  } catch (error) {
    Object.assign(result, { verdict: 'broken', why: error.stack ?? String(error) });
  } finally {
    await workspace.dispose();
  }
  return { ...result, seconds: (Date.now() - start) / 1000 };
}

function said({ verdict, why }) {
  return why === undefined ? verdict : `${verdict}: ${why}`;
}

function table(all) {
  const rows = [...new Set(all.map(({ kind }) => kind))].map((kind) => {
    const own = all.filter((result) => result.kind === kind);
    const count = (verdict) => own.filter((result) => result.verdict === verdict).length;
    return [kind, own.length, count('right'), count('wrong'), count('broken'), own[0].title].map(String);
  });
  const lines = [['kind', 'tried', 'right', 'wrong', 'broken', 'what'], ...rows];
  return lines
    .map((line) => line.map((cell, n) => (n < 5 ? cell.padStart(8) : `  ${cell}`)).join(''))
    .join('\n');
}
