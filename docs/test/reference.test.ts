// The reference is complete: it names what the source has, and nothing that it has not. All links lead somewhere.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
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

/** Every command's help, in one process. */
const HELP = `
const { main } = require(process.argv[1]);
const write = process.stdout.write.bind(process.stdout);
let text = '';
process.stdout.write = (piece) => { text += piece; return true; };
async function help(...args) { text = ''; await main([...args, '--help']); return text; }
(async () => {
  const names = [...(await help()).matchAll(/^  nx-flow (\\S+)/gm)].map(([, name]) => name);
  const commands = {};
  for (const name of names) {
    commands[name] = [...(await help(name)).matchAll(/^  (--[\\w.-]+(?:<name>)?)/gm)].map(([, option]) => option);
  }
  write(JSON.stringify(commands));
})();
`;

test('every option of every command is explained, and none that it does not have', () => {
  const cli = join(ROOT, 'packages', 'flow-core', 'dist', 'cli.js');
  const { stdout } = spawnSync(process.execPath, ['-e', HELP, cli], { encoding: 'utf8' });
  const commands = JSON.parse(stdout) as Record<string, string[]>;
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
