// Commands that the pages name, in blocks that are not executed and in the text, are commands that there are.
import { optionsOfCommands } from './lib/help';
import { readPage } from './lib/markdown';
import { type Known, namedCommands, wrongCommand } from './lib/named';
import { PAGES } from './lib/pages';
import { ROOT, Workspaces } from './lib/workspace';

const workspaces = new Workspaces();
let known: Known;
beforeAll(() => {
  const { stdout } = workspaces.run(
    workspaces.page('commands', 'graph'),
    'nx show project movies --json 2>/dev/null',
  );
  const { targets } = JSON.parse(stdout) as { targets: Record<string, { executor: string }> };
  known = {
    commands: optionsOfCommands(),
    targets: Object.fromEntries(
      Object.entries(targets).map(([name, { executor }]) => [name, executor.replace('@nx-flow/plugin:', '')]),
    ),
  };
});
afterAll(() => workspaces.dispose());

test('every command, target and option that a page names is there', () => {
  const named = PAGES.flatMap((name) => namedCommands(readPage(ROOT, name)));
  expect(named.length).toBeGreaterThan(50);
  const wrong = named.flatMap(({ at, command }) => {
    const why = wrongCommand(command, known);
    return why === undefined ? [] : [`${at}  ${command}: ${why}`];
  });
  expect(wrong).toEqual([]);
});

test.each([
  ['nx-flow spni movies', 'There is no command spni.'],
  ['npx nx-flow spin movies --indx=2', 'There is no option --indx.'],
  ['npx nx spin movies --indx=2', 'There is no option --indx.'],
  ['npx nx run movies:spin-playlits', 'There is no target spin-playlits.'],
  ['npx nx g @nx-flow/plugin:flow movies --testRuner=jest', 'There is no option --test-runer.'],
])('%s would be noticed', (command, why) => {
  expect(wrongCommand(command, known)).toBe(why);
});
