import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FlowError } from '../../../src/definition/errors';
import { storeFull } from '../../../src/store/folder/no-room';
import { RESERVE, withReserves } from '../../../src/store/folder/reserve';
import { temporaryPlace } from '../helpers/place';

let place: ReturnType<typeof temporaryPlace>;
let reserve: string;
beforeEach(() => {
  place = temporaryPlace();
  reserve = join(place.folder, RESERVE);
  writeFileSync(reserve, 'room');
});
afterEach(() => place.dispose());

test('with a quota, of which the disk says nothing, a write that finds no room has the reserve', async () => {
  const write = jest.fn(async () => {
    if (existsSync(reserve)) throw storeFull(place.folder, 'EDQUOT');
    return 'written';
  });
  expect(await withReserves([place.folder], write)).toBe('written');
  expect(write).toHaveBeenCalledTimes(2);
  // There is no other.
  write.mockRejectedValue(storeFull(place.folder, 'EDQUOT'));
  await expect(withReserves([place.folder], write)).rejects.toMatchObject({ code: 'FLOW_STORE_FULL' });
  expect(write).toHaveBeenCalledTimes(3);
});

test('what fails for another reason leaves it', async () => {
  const write = async () => {
    throw new FlowError('FLOW_RUN_NOT_FOUND', 'There is no such run.');
  };
  await expect(withReserves([place.folder], write)).rejects.toMatchObject({ code: 'FLOW_RUN_NOT_FOUND' });
  expect(existsSync(reserve)).toBe(true);
});
