/** A note beside the database that was damaged itself says nothing: nothing is told as lost that is there. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keys } from '../../../src/store/kv/row-keys';
import { acknowledgedNumbers } from '../../../src/store/level/acknowledged';
import { droppedLine } from '../../../src/store/level/dropped';
import { lostOfLogs, manifestOf, noteLogs } from '../../../src/store/level/left-logs';
import { LevelKv } from '../../../src/store/level/level';
import { record } from '../../../src/store/rows/records';
import type { RunRow } from '../../../src/store/rows/rows';
import { temporaryPlace, wholeFolder } from '../helpers/place';

let place: ReturnType<typeof temporaryPlace>;
let db: string;
beforeEach(async () => {
  place = temporaryPlace();
  db = join(place.folder, 'db');
  const kv = await LevelKv.open(db);
  await kv.claim(keys.counter('films'), keys.nonce('films', 'a'));
  await kv.batch(record.run({ flow: 'films', run: 1, namespace: 'user:mia' } as RunRow));
  const manifest = manifestOf(place.folder);
  await kv.close();
  noteLogs(place.folder, manifest);
});
afterEach(() => place.dispose());

/** What is told after each bit of a file was another. */
async function withEachBit(file: string, told: () => void): Promise<void> {
  const bytes = readFileSync(file);
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const damaged = Buffer.from(bytes);
    damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
    writeFileSync(file, damaged);
    told();
  }
  writeFileSync(file, bytes);
}

test('the numbers that were acknowledged: none that nobody was given, and none of another counter', async () => {
  const known = [[], [[keys.counter('films'), 1]]];
  expect([...acknowledgedNumbers(place.folder)]).toEqual(known[1]);
  await withEachBit(join(place.folder, 'acknowledged.json'), () =>
    expect(known).toContainEqual([...acknowledgedNumbers(place.folder)]),
  );
});

test('the logs as they were left: none is told as lost', async () => {
  expect(lostOfLogs(place.folder)).toBe(0);
  await withEachBit(join(place.folder, 'logs.json'), () =>
    expect([undefined, 0]).toContain(lostOfLogs(place.folder)),
  );
});

test('a counter that is lost alone is known by the note, and no run is told as lost that is there', async () => {
  const kv = await LevelKv.open(db);
  await kv.batch([{ key: keys.counter('films'), value: undefined }]);
  await kv.close();
  rmSync(join(place.folder, 'numbers.json'));
  const again = await LevelKv.open(db);
  expect(droppedLine(place.folder)).toBeUndefined();
  expect(await again.get(keys.lost(keys.run('films', 1)))).toBeUndefined();
  expect(await again.claim(keys.counter('films'), keys.nonce('films', 'b'))).toBe(2);
  await again.close();
  expect(Object.keys(wholeFolder(place.folder))).not.toContain('damage.json');
});
