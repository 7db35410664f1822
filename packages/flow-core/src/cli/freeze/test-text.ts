/** The text of a frozen test. */
import { Code, literalOf, quoted } from '../../engine/freeze/literal';
import type { Frozen } from '../../session/freeze';
import type { TestRunner } from './place';

export interface TestText {
  /** The command that wrote it. */
  command: string;
  flow: string;
  step: string;
  runner: TestRunner;
  /** Whether `@jest/globals` can be imported, else they are global. */
  importsGlobals: boolean;
  /** How the test imports the flow: the export, and the module. Undefined where a process of its own does. */
  imported: { name: string; from: string } | undefined;
  isTyped: boolean;
  /** Whether it loads modules by `require`. */
  requires: boolean;
  /** From the test's folder. */
  flowFile: string;
  /** The folder of fixtures, from the test's. */
  fixtures: string;
  shape: Frozen['shape'];
  origin: string | undefined;
  /** As it is written in the call of `spin`. */
  artifacts: unknown;
  params: unknown;
  outputs: Record<string, unknown>;
  usesFixtures: boolean;
  typed: readonly string[];
}

export function testText(test: TestText): string {
  const { step, runner, imported, shape, origin, typed } = test;
  const globals = runner === 'vitest' ? 'vitest' : '@jest/globals';
  const flow = imported && nameIn(imported);
  const outputs = text(test.outputs, '  ');
  const helpers = [
    ...(outputs.includes('exactly(') ? ['exactly'] : []),
    ...(test.usesFixtures ? ['readFixture'] : []),
    'Runner',
  ];
  const options = [
    `artifacts: ${text(test.artifacts, '    ')}`,
    ...(shape.index ? [`index: [${shape.index.join(', ')}]`] : []),
    ...(shape.iteration === undefined ? [] : [`iteration: ${shape.iteration}`]),
    ...(Object.keys(test.params as object).length > 0 ? [`params: ${text(test.params, '    ')}`] : []),
  ];
  const load = (names: string, from: string) =>
    test.requires ? `const ${names} = require(${quoted(from)});` : `import ${names} from ${quoted(from)};`;
  const lines = [
    `// Written by \`${test.command}\`: the step on ${origin === undefined ? 'its parameters' : `what ${origin} saw`}.`,
    ...(typed.length > 0
      ? [`// Two executions gave other values for ${typed.join(', ')}: of these, the type is asserted.`]
      : []),
    ...(test.usesFixtures || !imported ? [load('{ join }', 'node:path')] : []),
    ...(runner === 'vitest' || test.importsGlobals ? [load('{ afterAll, expect, test }', globals)] : []),
    load(`{ ${helpers.join(', ')} }`, '@nx-flow/core/testing'),
    ...(imported ? [load(imported.name === 'default' ? 'flow' : `{ ${flow} }`, imported.from)] : []),
    '',
    ...(test.usesFixtures
      ? [
          `const fixture = (${test.isTyped ? 'name: string' : 'name'}) => readFixture(join(__dirname, ${quoted(test.fixtures)}, name)${flow === undefined ? '' : `, ${flow}`});`,
        ]
      : []),
    `const runner = new Runner(${flow ?? `join(__dirname, ${quoted(test.flowFile)})`});`,
    'afterAll(() => runner.dispose());',
    '',
    `test(${quoted(`${step} gives what it gave on ${origin ?? 'its parameters'}`)}, async () => {`,
    `  const { error, artifacts } = await runner.spin(${quoted(step)}, {`,
    ...options.map((option) => `    ${option},`),
    '  });',
    '  expect(error).toBeUndefined();',
    `  expect({ ...artifacts }).toEqual(${outputs});`,
    '});',
    '',
  ];
  return lines.join('\n');
}

/** How a test names the flow that it imports. */
export const nameIn = ({ name }: { name: string }) => (name === 'default' ? 'flow' : name);

/** What cannot be written was replaced by code before. */
function text(value: unknown, indent: string): string {
  return literalOf(value, indent) ?? new Code('undefined').text;
}
