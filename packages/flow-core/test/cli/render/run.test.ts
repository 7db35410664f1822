import { makeOutput } from '../../../src/cli/render/output';
import { runRenderer } from '../../../src/cli/render/run';
import { FlowError } from '../../../src/definition/errors';
import { toRecord } from '../../../src/engine/task/error-record';

test('a store without room says so once, however many tasks fail of it', () => {
  let text = '';
  const output = { ...makeOutput(true, false), live: false, write: (more: string) => (text += more) };
  const show = runRenderer(output as never, '/');
  const fail = (index: number, error: unknown) =>
    show({
      type: 'task-failed',
      task: { flow: 'films', run: 1, step: 'each', index, number: index + 1 } as never,
      durationMs: 3,
      error: toRecord(error),
    });
  for (const index of [0, 1])
    fail(index, new FlowError('FLOW_STORE_FULL', `The store is full: ${index} KB are free.`, { exit: 1 }));
  fail(2, new Error('another'));
  expect(text.match(/failed after .*/g)?.map((line) => line.replace(/ \S+ ms/, ''))).toEqual([
    'failed after: The store is full: 0 KB are free. (FLOW_STORE_FULL)',
    'failed after: for the same reason (FLOW_STORE_FULL)',
    'failed after: Error: another',
  ]);
});
