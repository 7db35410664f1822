/** The options of the plugin in nx.json: what is wrong with them is one sentence, and nothing is inferred then. */
import { pluginOptions } from '../../src/graph/plugin-options';

// The parser, which jest cannot load, comes by the same door as the nearest name.
jest.mock('@nx-flow/core/source', () => jest.requireActual('../../../flow-core/src/definition/errors'));

test('without options, targets have their usual names', () => {
  expect(pluginOptions(undefined)).toEqual({
    runTargetName: 'run',
    spinTargetName: 'spin',
    resumeTargetName: 'resume',
    snapshotTargetName: 'snapshot',
    stepTargetPrefix: 'spin-',
    uiTargetName: 'flow-ui',
  });
  expect(pluginOptions({ runTargetName: 'flow-run' })).toMatchObject({
    runTargetName: 'flow-run',
    spinTargetName: 'spin',
  });
});

const START = 'FLOW_PLUGIN_OPTION  The options of @nx-flow/plugin in nx.json';
test.each<[object | string, string]>([
  ['flow-run', `${START} are "flow-run": give an object, such as { "runTargetName": "flow-run" }.`],
  [{ runTarget: 'x' }, `${START} have no "runTarget". Did you mean "runTargetName"?`],
  ...[7, '', 'a:b', 'a b', '-x', null].map((value): [object, string] => [
    { stepTargetPrefix: value },
    `${START} have "stepTargetPrefix": ${JSON.stringify(value)}: give a text of letters, digits, "-", "_" and "." that begins with a letter.`,
  ]),
  [
    { runTargetName: 'spin' },
    `${START} have "spin" as runTargetName and as spinTargetName: give one of the two another name.`,
  ],
])('%j is refused', (given, message) => {
  expect(() => pluginOptions(given)).toThrow(
    expect.objectContaining({ code: 'FLOW_PLUGIN_OPTION', message }),
  );
});
