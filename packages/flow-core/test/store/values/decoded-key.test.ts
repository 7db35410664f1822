import type { ArtifactRecord } from '../../../src/store/rows/rows';
import { decodedKey } from '../../../src/store/values/decoded-key';

test('the bytes of a list are hashed once, however many splits ask for it', () => {
  let reads = 0;
  const record: ArtifactRecord = {
    ...{ codec: 'json', version: 1, type: 'Array(3)', size: 7, digest: 'd' },
    get bytes() {
      reads++;
      return Buffer.from('[1,2,3]');
    },
  };
  const key = decodedKey(record);
  const before = reads;
  expect([decodedKey(record), reads - before]).toEqual([key, 0]);
  expect(decodedKey({ ...record })).toBe(key);
  expect(decodedKey({ ...record, type: 'Buffer(3)' })).not.toBe(key);
});
