// The reference is complete: it names what the source has, and nothing that it has not. All links lead somewhere.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { optionsOfCommands } from './lib/help';
import { readPage, section } from './lib/markdown';
import { PAGES } from './lib/pages';
import { errorCodes, promisedCodes, variables } from './lib/source';
import { ROOT } from './lib/workspace';

const reference = (name: string) => readPage(ROOT, `docs/reference/${name}.md`);
/** What stands in the first column of a page's tables, in backticks. */
const firstColumn = (text: string) =>
  [...text.matchAll(/^\| ([^|]+) \|/gm)].flatMap(([, cell]) =>
    [...(cell as string).matchAll(/`([^`]+)`/g)].map(([, name]) => name as string),
  );

test('every code of an error is explained, once, and no code that is not there', () => {
  const explained = firstColumn(reference('errors').text).filter((name) => name.startsWith('FLOW_'));
  expect(explained.length).toBe(new Set(explained).size);
  expect(explained.sort()).toEqual(errorCodes());
});

test('every code that a doc comment promises is one that exists', () => {
  const codes = new Set(errorCodes());
  expect(promisedCodes().filter((code) => !codes.has(code))).toEqual([]);
});

test('every variable of the environment is explained, and none that nobody reads', () => {
  expect(firstColumn(reference('environment').text).sort()).toEqual(variables());
});

test('every option of every command is explained, and none that it does not have', () => {
  const commands = optionsOfCommands();
  const page = reference('commands');
  const options = (title: string) =>
    firstColumn(section(page, title)).map((option) =>
      (option.split('=')[0] as string).replace(/\.<name>$/, '.<name>'),
    );
  const common = options('Options of every command');
  const explained = page.headings.flatMap(({ text }) => /^nx-flow (\S+)$/.exec(text)?.[1] ?? []);
  expect(explained.toSorted()).toEqual(Object.keys(commands).sort());
  for (const [name, there] of Object.entries(commands)) {
    expect({ name, options: [...options(`nx-flow ${name}`), ...common].sort() }).toEqual({
      name,
      options: there.sort(),
    });
  }
});

test('every link leads to a file, and to a heading in it', () => {
  const broken: string[] = [];
  for (const name of PAGES) {
    for (const { target, at } of readPage(ROOT, name).links) {
      if (/^https?:/.test(target)) continue;
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? name : normalize(join(dirname(name), path));
      const there = existsSync(join(ROOT, file));
      const right =
        there &&
        (anchor === undefined || readPage(ROOT, file).headings.some((heading) => heading.anchor === anchor));
      if (!right) broken.push(`${at}  ${target}`);
    }
  }
  expect(broken).toEqual([]);
});

test('every page of docs is in its list of contents', () => {
  const listed = readPage(ROOT, 'docs/README.md').links.map(({ target }) => `docs/${target.split('#')[0]}`);
  expect(
    PAGES.filter((name) => name.startsWith('docs/') && name !== 'docs/README.md' && !listed.includes(name)),
  ).toEqual([]);
});

test('the README has at most 120 lines', () => {
  expect(readFileSync(join(ROOT, 'README.md'), 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(120);
});
