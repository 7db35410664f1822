/**
 * Files of `nx-flow export` whose rows were changed and signed again: refused with a code and nothing changed, or taken in. Then
 * every command takes what is in the store.
 */
import fc from 'fast-check';
import { PREAMBLE } from '../../../src/engine/transfer/format';
import { scan } from '../../../src/store/kv/kv';
import { exported, imported } from '../../engine/transfer/kit';
import { execute, makeWorkspace } from '../command';
import { coded, type Door, must } from '../door';
import { byteEdits, dataEdits, type Edit, editBytes, editData, noEdits } from '../edits';
import { copies, recordRuns } from '../recorded';
import { type Frame, framesOf, signed } from '../signed';
import { memoryStore } from '../stand-ins/open';

/** Each takes a run that was imported: `@` is its number. */
const COMMANDS = [
  ...[
    'show @',
    'show @/each',
    'show @/start/1',
    'show @/each/2',
    'runs',
    'runs --tag=first',
    'dump @/start',
    'dump @/all',
  ],
  ...[
    'dump @/each/2 --full',
    'logs @',
    'logs @/start',
    'diff 2 @',
    'diff @/start 2/start',
    'why @',
    'why @/each/2',
  ],
  ...[
    'tag @ --add=new',
    'export @ --out=again.nxflow',
    'verify',
    'spin start --origin=@',
    'spin @/each',
    'spin @/all',
  ],
  ...[
    'spin @/end',
    'spin each --origin=@ --all',
    'resume --origin=@',
    'resume all --origin=@',
    'verify --read-data',
  ],
];

interface Input {
  run: number;
  /** Which frame, and what of it. */
  rows: [frame: number, edits: Edit[]][];
  bytes: Edit[];
  /** Frames that are left out, or come twice. */
  order: [frame: number, twice: boolean][];
  commands: string[];
}

export async function open(folder: string): Promise<Door<Input>> {
  makeWorkspace(folder);
  const origin = memoryStore();
  await recordRuns(origin);
  const fresh = await copies(origin);
  const files: { preamble: Buffer; frames: Frame[] }[] = [];
  for await (const { run } of origin.runs('fuzzed')) {
    const file = await exported(origin, 'fuzzed', run);
    files.push({ preamble: file.subarray(0, PREAMBLE), frames: framesOf(file) });
  }
  return {
    inputs: fc.record({
      run: fc.nat(files.length - 1),
      rows: fc.array(fc.tuple(fc.nat(40), dataEdits()), { minLength: 1, maxLength: 2 }),
      bytes: fc.oneof({ arbitrary: noEdits, weight: 3 }, byteEdits(2)),
      order: fc.array(fc.tuple(fc.nat(40), fc.boolean()), { maxLength: 1 }),
      commands: fc.array(fc.constantFrom(...COMMANDS), { minLength: 1, maxLength: 2 }),
    }),
    async check({ run, rows, bytes, order, commands }) {
      const { preamble, frames } = files[run] as (typeof files)[number];
      const edited = frames.map((frame) => ({ ...frame }));
      for (const [at, edits] of rows) {
        const frame = edited[at % edited.length] as Frame;
        frame.row = editData(frame.row, edits);
        if (frame.bytes) frame.bytes = editBytes(frame.bytes, bytes);
      }
      for (const [at, twice] of order) {
        const frame = edited[at % edited.length] as Frame;
        edited.splice(at % edited.length, 1, ...(twice ? [frame, frame] : []));
      }
      const store = await fresh();
      const before = await keysOf(store);
      let row: { flow: string; run: number } | undefined;
      const verdict = await coded(async () => {
        row = (await imported(store, signed(preamble, edited), { piece: 1 << 20 })).run;
      });
      if (verdict === 'refused') {
        must((await keysOf(store)) === before, 'A file that was refused has changed the store.');
        return verdict;
      }
      const { flow, run: number } = row as { flow: string; run: number };
      for (const command of commands) {
        const [name = '', ...rest] = command.replaceAll('@', String(number)).split(' ');
        await execute(
          [name, '--json', '--namespace=everybody', ...(name === 'verify' ? [] : [flow]), ...rest],
          folder,
          store,
        );
      }
      return verdict;
    },
  };
}

async function keysOf({ kv }: { kv: Parameters<typeof scan>[0] }): Promise<string> {
  const keys: string[] = [];
  for await (const [key] of scan(kv, { gte: '', lt: '\x7f' })) keys.push(key);
  return keys.join('\n');
}
