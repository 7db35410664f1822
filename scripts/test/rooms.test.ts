/**
 * The rooms of CONTRIBUTING: imports go down its floors and never in a circle. Type imports count, and so does
 * `import()`. A room is a folder of the table; rooms on one floor do not know each other.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const ROOT = join(__dirname, '../..');
const PACKAGES = join(ROOT, 'packages');

interface Room {
  folder: string;
  floor: number;
}

/** The rows of the table: `| 3 | `flow-core/src/engine/task` | … |` */
const ROOMS: Room[] = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8')
  .split('\n')
  .flatMap((line) => {
    const [, floor, folders] = /^\| (\d+) \| ([^|]+) \|/.exec(line) ?? [];
    const names = [...(folders ?? '').matchAll(/`([^`]+)`/g)];
    return names.map(([, folder = '']) => ({ folder, floor: Number(floor) }));
  })
  // The longest path first: `engine/task` is a room of its own in `engine`.
  .sort((a, b) => b.folder.length - a.folder.length);

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(m?ts|tsx)$/.test(file))
    .map((file) => join(folder, file));
}

const NAMES = ['flow-core', 'flow-plugin', 'flow-codecs', 'flow-ui', 'flow-queue'];
const sources = NAMES.flatMap((name) => filesOf(join(PACKAGES, name, 'src')));
const known = new Set(sources);
const nameOf = (file: string) => relative(PACKAGES, file);
const roomOf = (file: string) =>
  ROOMS.find(({ folder }) => nameOf(file) === folder || nameOf(file).startsWith(`${folder}/`));

const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g;

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
  return [...text.matchAll(IMPORT)].map(([, specifier]) => specifier as string);
}

/** Each file, and those of the same package that it imports. */
const graph = new Map(
  sources.map((file) => {
    const targets = importsOf(file).flatMap((specifier) => {
      const path = join(dirname(file), specifier);
      const found = [`${path}.ts`, `${path}.tsx`, `${path}.mts`, join(path, 'index.ts')].find((target) =>
        known.has(target),
      );
      return specifier.startsWith('.') && found ? [found] : [];
    });
    return [file, targets] as const;
  }),
);
const arrows = [...graph].flatMap(([file, targets]) => targets.map((target) => ({ file, target })));
const text = ({ file, target }: { file: string; target: string }) => `${nameOf(file)} -> ${nameOf(target)}`;

test('every file is in a room', () => {
  expect(sources.filter((file) => !roomOf(file)).map(nameOf)).toEqual([]);
  expect(ROOMS.filter(({ folder }) => !existsSync(join(PACKAGES, folder)))).toEqual([]);
});

test('imports go down the floors', () => {
  const up = arrows.filter(({ file, target }) => {
    const [from, to] = [roomOf(file), roomOf(target)];
    return from && to && from !== to && to.floor >= from.floor;
  });
  expect(up.map(text)).toEqual([]);
});

test('no files import each other in a circle', () => {
  const done = new Set<string>();
  const circles: string[] = [];
  const walk = (file: string, path: string[]) => {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].map(nameOf).join(' -> '));
    else if (!done.has(file)) for (const target of graph.get(file) ?? []) walk(target, [...path, file]);
    done.add(file);
  };
  for (const file of sources) walk(file, []);
  expect(circles).toEqual([]);
});

test('commands know neither the registry nor the command line, and the plugin only the entries of core', () => {
  const banned = arrows.filter(
    ({ file, target }) =>
      nameOf(file).startsWith('flow-core/src/cli/commands/') &&
      ['flow-core/src/cli/registry.ts', 'flow-core/src/cli/main.ts', 'flow-core/src/cli/index.ts'].includes(
        nameOf(target),
      ),
  );
  expect(banned.map(text)).toEqual([]);
  const inside = sources
    .filter((file) => nameOf(file).startsWith('flow-plugin/'))
    .flatMap((file) => importsOf(file).filter((specifier) => /flow-core|core\/(dist|src)/.test(specifier)));
  expect(inside).toEqual([]);
});

test('below the commands, nobody writes to the console', () => {
  const writers = sources.filter((file) => {
    const name = nameOf(file);
    if (/^flow-core\/src\/(cli|testing)\/|^flow-plugin\//.test(name)) return false;
    return /\bconsole\.\w+\(/.test(readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, ''));
  });
  expect(writers.map(nameOf)).toEqual([]);
});

test('tests stand under the path of what they are about', () => {
  const APART = /(^|\/)(browser|conformance|fuzz|kit|helpers|torture|types)\//;
  const astray = NAMES.flatMap((name) =>
    filesOf(join(PACKAGES, name, 'test')).filter((file) => {
      const path = relative(join(PACKAGES, name, 'test'), file);
      return !APART.test(path) && !existsSync(join(PACKAGES, name, 'src', dirname(path)));
    }),
  );
  expect(astray.map(nameOf)).toEqual([]);
});

test('the first line of a file says what it is, and of a long one why it is long', () => {
  const LONG = 250;
  const silent = sources.filter((file) => {
    const lines = readFileSync(file, 'utf8').split('\n');
    const comment = /^\/\*\*[\s\S]*?\*\//.exec(lines.join('\n'))?.[0];
    return !comment || (lines.length > LONG && !/\bLong, because\b/.test(comment));
  });
  expect(silent.map(nameOf)).toEqual([]);
});
