import promises from 'node:fs/promises';
import { join } from 'node:path';
import { FileCas } from '../../../src/store/cas/cas';
import { temporaryPlace } from '../helpers/place';

let place: ReturnType<typeof temporaryPlace>;
beforeEach(() => {
  place = temporaryPlace();
});
afterEach(async () => {
  jest.restoreAllMocks();
  await place.dispose();
});

test.each(['EIO', 'EROFS'])(
  'a value that the system refuses with %s: one sentence with a code',
  async (code) => {
    jest.spyOn(promises, 'rename').mockRejectedValue(Object.assign(new Error(`${code}: rename`), { code }));
    const cas = new FileCas(join(place.folder, 'cas'));
    await expect(cas.write(Buffer.from('value'))).rejects.toMatchObject({
      code: 'FLOW_STORE_FAILED',
      exit: 1,
      message: `The store ${place.folder} could not write a value (${code}): see that its disk is sound and can be written, and do it again. What was recorded before is kept.`,
    });
  },
);

test('what reading a value throws is not of the store', async () => {
  const missing = join(place.folder, 'missing');
  await expect(new FileCas(join(place.folder, 'cas')).writeFile(missing)).rejects.toMatchObject({
    code: 'ENOENT',
  });
});
