import { flow } from '../../src';
import type { FlowInput } from '../../src/definition/flow-inputs';

test('a flow names the files and the variables that its steps read', () => {
  const inputs: FlowInput[] = ['data/*.csv', '!data/draft.csv', '../shared/rates.json', { env: 'API_URL' }];
  expect(() => flow('movies', { inputs })).not.toThrow();
});

test.each([
  ['no list', 'data.csv', '`inputs` is a list.'],
  ['an empty glob', ['!'], 'inputs[0] is empty.'],
  [
    'an absolute path',
    ['/tmp/a.csv'],
    `"/tmp/a.csv" is absolute: give it from the folder of the flow's file.`,
  ],
  ['a path of Windows', ['a\\b.csv'], `"a\\b.csv" has a backslash: write globs with "/".`],
  ['a class that is open', ['data[1/*.csv'], `"data[1/*.csv" is no glob: nothing closes its "[".`],
  ['an open list', ['!{a,b/*.csv'], `"!{a,b/*.csv" is no glob: nothing closes its "{".`],
  ['a number', ['a', 1], "inputs[1] is neither a glob nor { env: 'NAME' }."],
  ['no name of a variable', [{ env: 'A B' }], "inputs[0] is neither a glob nor { env: 'NAME' }."],
])('%s is refused', (_, inputs, sentence) => {
  expect(() => flow('movies', { inputs: inputs as never })).toThrow(
    expect.objectContaining({
      code: 'FLOW_INPUTS',
      message: `The inputs of the flow "movies" cannot be read: ${sentence}`,
    }),
  );
});
