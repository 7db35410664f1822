/** A run goes on where its process lives, also where its row cannot be read again. */
import { FlowError } from '../../../src/definition/errors';
import { liveRun } from '../../../src/engine/verify/live-runs';
import { keys } from '../../../src/store/kv/row-keys';
import { memoryStore } from '../../../src/store/open';

test('a row that cannot be read again: the process that holds the run tells', async () => {
  const { kv, holds } = memoryStore();
  const row = { flow: 'films', run: 1, status: 'running', pid: 1, host: 'elsewhere' };
  await kv.batch([
    { key: keys.run('films', 1), value: JSON.stringify(row) },
    { key: keys.run('films', 2), value: 'no row' },
  ]);
  jest
    .spyOn(kv, 'getMany')
    .mockRejectedValue(new FlowError('FLOW_STORE_CORRUPT', 'Corruption: bad block', { exit: 1 }));
  expect(await liveRun({ kv, holds })).toBeUndefined();
  await holds.hold(keys.fence('films', 1));
  expect(await liveRun({ kv, holds })).toMatchObject({ run: 1 });
});
