/** Files of `nx-flow export` with other bytes: refused whole, or they are those bytes. */
import { join } from 'node:path';
import fc from 'fast-check';
import type { RunRow } from '../../../src/store/rows/rows';
import { exported, FileStore, imported } from '../../engine/transfer/kit';
import { coded, type Door, must } from '../door';
import { byteEdits, type Edit, editBytes, noEdits } from '../edits';
import { recordRuns } from '../recorded';

interface Input {
  run: number;
  edits: Edit[];
  /** Bytes that come at once. */
  piece: number;
}

export async function open(folder: string): Promise<Door<Input>> {
  const origin = new FileStore(undefined, join(folder, 'origin'));
  await recordRuns(origin.store);
  const files: Buffer[] = [];
  for await (const { run } of origin.store.runs('fuzzed'))
    files.push(await exported(origin.store, 'fuzzed', run));
  let target = new FileStore(undefined, join(folder, 'target'));
  return {
    inputs: fc.record({
      run: fc.nat(files.length - 1),
      edits: fc.oneof(noEdits, { arbitrary: byteEdits(), weight: 30 }),
      piece: fc.constantFrom(97, 4096, 1 << 20),
    }),
    async check({ run, edits, piece }) {
      const file = files[run] as Buffer;
      const bytes = editBytes(file, edits);
      const before = await target.whole();
      let row: RunRow | undefined;
      const verdict = await coded(async () => {
        row = (await imported(target.store, bytes, { piece })).run;
      });
      if (verdict === 'refused') {
        const now = await target.whole();
        must(
          JSON.stringify(now) === JSON.stringify(before),
          'A file that was refused has changed the store.',
        );
        return verdict;
      }
      must(bytes.equals(file), 'A file with other bytes was taken in.');
      must(
        (await exported(target.store, 'fuzzed', row?.run as number)).equals(file),
        'It came out otherwise.',
      );
      target.dispose();
      target = new FileStore(undefined, join(folder, 'target'));
      return verdict;
    },
    close() {
      for (const store of [origin, target]) store.dispose();
    },
  };
}
