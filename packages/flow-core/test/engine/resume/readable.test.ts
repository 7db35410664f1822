import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { flow } from '../../../src';
import { FileCas } from '../../../src/store/cas';
import { MemoryKv } from '../../../src/store/memory';
import { keys } from '../../../src/store/row-keys';
import { Store } from '../../../src/store/store';
import { MemoryEngine } from '../../kit/memory';
import { temporaryPlace } from '../../store/helpers/place';

const f = flow('read');
const start = f.start(() => ({ big: new Uint8Array(100_000), small: 1 }));
const sum = f.step('sum', { after: start }, ({ self }) => ({ sum: self.big.length + self.small }));
const defined = f.end(sum);

let place: ReturnType<typeof temporaryPlace>;
let engine: MemoryEngine;
beforeEach(async () => {
  place = temporaryPlace();
  mkdirSync(place.folder, { recursive: true });
  engine = new MemoryEngine(new Store(new MemoryKv(), new FileCas(join(place.folder, 'cas'))));
  await engine.run(defined);
});
afterEach(async () => {
  await engine.store.close();
  await place.dispose();
});

async function fileOf(): Promise<string> {
  const [found] = await engine.store.artifacts([
    { flow: 'read', run: 1, step: 'start', task: 1, name: 'big' },
  ]);
  return engine.store.cas.path?.(found?.hash as string) as string;
}

test.each<[string, () => Promise<unknown>, RegExp]>([
  ['a file is gone', async () => rmSync(await fileOf()), /: it has lost read\/1\/start\/1\/big, which/],
  [
    'a file is cut off',
    async () => {
      const file = await fileOf();
      rmSync(file);
      writeFileSync(file, '1234567');
    },
    /: it has 7 of the 10\d{4} bytes of read\/1\/start\/1\/big, which/,
  ],
  [
    'a record is gone',
    () => engine.store.commit([{ key: keys.artifact('read', 1, 'start', 1, 'small'), value: undefined }]),
    /: it has 1 of the 2 artifacts of read\/1\/start, which/,
  ],
])(
  '%s: no run is made of what could not be read, and the step is executed again',
  async (_, damage, what) => {
    await damage();
    await expect(engine.resume(defined, 1, 'sum')).rejects.toMatchObject({
      ...{ code: 'FLOW_STORE_CORRUPT', exit: 1 },
      message: expect.stringMatching(
        new RegExp(
          `${what.source} the run would take over\\. Nothing was recorded: execute the step again by nx-flow resume read 1/start, `,
        ),
      ),
    });
    expect((await engine.store.latest('read'))?.run).toBe(1);
    const again = await engine.resume(defined, 1, 'start');
    expect(again).toMatchObject({ run: 2, status: 'done' });
  },
);
