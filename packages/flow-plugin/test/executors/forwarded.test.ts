/** Which arguments of a command are for a step that it reaches. */
import type { ExecutorContext, TargetConfiguration } from '@nx/devkit';
import { forStep } from '../../src/executors/forwarded';

const STEP: TargetConfiguration = { executor: '@nx-flow/plugin:step' };
const TARGETS: Record<string, TargetConfiguration> = {
  'spin-start': STEP,
  'spin-end': STEP,
  'spin-f-end': { executor: 'nx:noop', dependsOn: [{ target: 'spin-end', params: 'forward' }] },
  test: { executor: 'nx:run-commands' },
};
const ARGS = ['--params.n=1', '--max-workers', '2', '--coverage'];

/** What the step `start` gets where a command executes these targets, each after the one before it. */
function reached(...targets: string[]): string[] {
  const id = (target: string) => `p:${target}`;
  const context: Pick<ExecutorContext, 'taskGraph' | 'projectGraph' | 'projectName' | 'targetName'> = {
    projectName: 'p',
    targetName: 'spin-start',
    projectGraph: {
      nodes: { p: { name: 'p', type: 'app', data: { root: 'p', targets: TARGETS } } },
      dependencies: {},
    },
    taskGraph: {
      roots: [],
      continuousDependencies: {},
      dependencies: Object.fromEntries(
        targets.map((target, i) => [id(target), i === 0 ? [] : [{ id: id(targets[i - 1] as string) }]]),
      ),
      tasks: Object.fromEntries(
        targets.map((target) => [
          id(target),
          {
            id: id(target),
            target: { project: 'p', target },
            overrides: { __overrides_unparsed__: ARGS },
            outputs: [],
            parallelism: true,
            cache: true,
          },
        ]),
      ),
    },
  };
  return forStep({ flow: 'f.flow.ts', coverage: true }, context as ExecutorContext).raw;
}

test('a command that means the flow gives its steps all arguments, so that a mistyped one is refused', () => {
  expect(reached('spin-start')).toEqual(ARGS);
  expect(reached('spin-start', 'spin-end')).toEqual(ARGS);
});

test('so does one that means it by the long name of a target', () => {
  expect(reached('spin-start', 'spin-end', 'spin-f-end')).toEqual(ARGS);
});

test('a command that means another target gives them parameters and workers alone', () => {
  expect(reached('spin-start', 'spin-end', 'test')).toEqual(['--params.n=1', '--max-workers', '2']);
  expect(reached('spin-start', 'spin-end', 'spin-f-end', 'test')).toEqual([
    '--params.n=1',
    '--max-workers',
    '2',
  ]);
});
