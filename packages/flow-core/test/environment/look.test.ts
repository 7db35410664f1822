import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lstatAt, statAt } from '../../src/environment/look';
import { temporaryPlace } from '../store/helpers/place';

const { folder, dispose } = temporaryPlace();
afterAll(dispose);

test('nothing lies below a file, behind a link that leads nowhere, or in a circle', () => {
  writeFileSync(join(folder, 'file'), '');
  mkdirSync(join(folder, 'folder'));
  symlinkSync(join(folder, 'nowhere'), join(folder, 'broken'));
  symlinkSync(join(folder, 'circle'), join(folder, 'circle'));
  for (const name of ['none', 'none/in', 'file/in', 'broken/in', 'circle/in']) {
    expect(statAt(join(folder, name))).toBeUndefined();
    expect(lstatAt(join(folder, name))).toBeUndefined();
  }
  for (const name of ['broken', 'circle']) {
    expect(statAt(join(folder, name))).toBeUndefined();
    expect(lstatAt(join(folder, name))?.isSymbolicLink()).toBe(true);
  }
  for (const name of ['file', 'folder']) expect(statAt(join(folder, name))).toBeDefined();
});
