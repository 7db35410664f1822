import fs, { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryIn } from '../../../src/environment/temporary';
import { writeFileWhole } from '../../../src/store/folder/write-file';
import { temporaryPlace } from '../helpers/place';

test('what a kill leaves of it has a name by which the next broker removes it', async () => {
  const { folder, dispose } = temporaryPlace();
  const file = join(folder, 'numbers.json');
  const meanwhile: string[][] = [];
  const sync = fs.fsyncSync;
  jest.spyOn(fs, 'fsyncSync').mockImplementation((fd) => {
    meanwhile.push(temporaryIn(folder).used);
    sync(fd);
  });
  writeFileWhole(file, '{}');
  jest.restoreAllMocks();
  expect(meanwhile.map(({ length }) => length)).toEqual([1, 0]);
  expect(readdirSync(folder)).toEqual(['numbers.json']);
  expect(readFileSync(file, 'utf8')).toBe('{}');
  await dispose();
});
