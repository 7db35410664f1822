/** The text of a new flow and its test: a small flow that runs and shows the parts of most flows. */
import { identifier } from './identifier';
import type { TestRunner } from './test-runner';

/** The step for a first spin: the last one that does something. */
export const EXAMPLE_STEP = 'ranking';

export function flowText(name: string): string {
  return `/** The flow ${name}: the warmest of a few cities. A beginning that runs: put your own steps in the place of these. */
import { flow } from '@nx-flow/core';
import { z } from 'zod';

const f = flow('${name}', {
  params: {
    top: z.coerce.number().int().positive().default(2).describe('how many cities the ranking has'),
  },
});

// Degrees in January, April, July and October.
export const start = f.start(() => ({
  cities: [
    { name: 'Cairo', degrees: [14, 22, 28, 24] },
    { name: 'Lima', degrees: [23, 20, 17, 18] },
    { name: 'Oslo', degrees: [-4, 5, 17, 6] },
  ],
}));

// One task for each city, all at the same time.
export const city = f.foreach('city', { after: start, over: 'cities' }, ({ input }) => {
  const mean = input.degrees.reduce((sum, each) => sum + each, 0) / input.degrees.length;
  return { climate: { name: input.name, mean } };
});

// What each of them returned, in one list.
export const ranking = f.join('ranking', { after: city }, ({ inputs, params }) => {
  const warmest = inputs
    .map(({ climate }) => climate)
    .sort((a, b) => b.mean - a.mean)
    .slice(0, params.top);
  for (const { name, mean } of warmest) console.log(\`\${name}: \${mean} °C\`);
  return { warmest };
});

export default f.end(ranking);
`;
}

/** @param extension the ending of a relative import */
export function testText(name: string, runner: Exclude<TestRunner, 'none'>, extension: string): string {
  // The names that the test imports besides the flow, and those that it declares.
  const taken = ['Runner', 'runner', 'city', 'ranking', 'test', 'expect', 'afterAll'];
  const flow = identifier(name, new Set(taken), 'Flow');
  const imports =
    runner === 'vitest'
      ? `import '@nx-flow/core/testing/vitest';
import { Runner } from '@nx-flow/core/testing';
import { afterAll, expect, test } from 'vitest';`
      : `import '@nx-flow/core/testing/jest';
import { Runner } from '@nx-flow/core/testing';`;
  return `${imports}
import ${flow}, { city, ranking } from './${name}.flow${extension}';

const runner = new Runner(${flow});
afterAll(() => runner.dispose());

test('the climate of a city is the mean of its degrees', async () => {
  const { climate } = await city.run({ input: { name: 'Quito', degrees: [10, 20] } });
  expect(climate).toEqual({ name: 'Quito', mean: 15 });
});

test('the ranking begins with the warmest, and is as long as the parameter says', async () => {
  const artifacts = [{ climate: { name: 'Oslo', mean: 6 } }, { climate: { name: 'Cairo', mean: 22 } }];
  const spun = await runner.spin(ranking, { artifacts, params: { top: 1 } });
  expect(spun).toHaveArtifact('warmest', [{ name: 'Cairo', mean: 22 }]);
});

test('the flow runs from start to end', async () => {
  const ran = await runner.run();
  expect(ran).toSucceed();
  const warmest = await ran.run.artifacts.warmest;
  expect(warmest.map(({ name }) => name)).toEqual(['Cairo', 'Lima']);
});
`;
}
