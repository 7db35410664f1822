/** What a command of Nx's gives to a spin. */
import { taskCommand } from '../../src/keys/nx-command';

const read = (command: string) => taskCommand(command.split(' ').filter((arg) => arg !== ''));

test.each<[command: string, project: string | undefined, target: string | undefined, args: string[]]>([
  ['run movies:spin --step=a', 'movies', 'spin', ['--step=a']],
  ['run movies:spin:ci 12/train', 'movies', 'spin', ['12/train']],
  ['run movies', 'movies', 'run', []],
  ['spin movies a', 'movies', 'spin', ['a']],
  ['flow-spin movies --step a', 'movies', 'flow-spin', ['--step=a']],
  ['/ws/node_modules/.bin/nx spin movies a', 'movies', 'spin', ['a']],
  ['nx spin movies a', 'movies', 'spin', ['a']],
  ['spin --step=a', undefined, 'spin', ['--step=a']],
  ['run-many -t spin --step=a -p movies', undefined, undefined, ['--step=a']],
  ['affected -t spin --base=main --step a', undefined, undefined, ['--step=a']],
])('%s', (command, project, target, args) => {
  expect(read(command)).toEqual({
    args,
    ...(project === undefined ? {} : { project }),
    ...(target === undefined ? {} : { target }),
  });
});

test('options of Nx are not the spin’s, and their values are no pathspecs', () => {
  expect(read('spin movies --parallel 3 --skip-nx-cache 12/train --output-style=static').args).toEqual([
    '12/train',
  ]);
});

test('options of the spin are read in both spellings, with their values', () => {
  expect(
    read('spin movies --max-workers 2 --maxWorkers=3 --params.n -5 --set.rows=[1] --no-verbose').args,
  ).toEqual(['--max-workers=2', '--maxWorkers=3', '--params.n=-5', '--set.rows=[1]', '--no-verbose']);
});
