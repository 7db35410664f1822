/** A step's artifacts in their natural form, as a spin leaves them: for targets that come after it and are no steps. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Codecs } from '../../store/artifacts';
import type { ArtifactRecord, TaskRow } from '../../store/rows';
import { writeArtifacts } from '../outputs/artifacts';
import { visibleNames } from '../record/read';
import { addressOf, labelOf } from '../task/label';
import type { Visible } from '../task/view';
import { type Executed, inPlaceOrder } from './write';

/** In the folder itself, or one folder deeper for each level of foreach. Of a loop, the last iteration. */
export async function writeNatural(executed: Executed, folder: string, codecs: Codecs): Promise<void> {
  const { store, flow, run, step } = executed;
  for (const row of await inPlaceOrder(executed)) {
    if (row.continues) continue;
    const place = join(folder, ...row.stack.map(({ index }) => String(index)));
    const names = handedOn(row);
    const records = await store.artifacts(names.map(([name, at]) => addressOf(flow, run, at, name)));
    const references = names.map(([name, at], i): [string, Visible] => [
      name,
      { ...(records[i] as ArtifactRecord), at },
    ]);
    mkdirSync(place, { recursive: true });
    await writeArtifacts(place, references, store.cas, codecs);
    let log = '';
    for await (const { text } of store.logs(flow, run, step, row.task)) log += text;
    if (log !== '') writeFileSync(join(place, 'log.txt'), log);
  }
}

/** What the step returned; of `end`, everything that stands at the end of the flow. */
function handedOn(row: TaskRow): [name: string, at: string][] {
  const all = visibleNames(labelOf(row), row);
  if (row.kind === 'end' || row.kind === 'join' || row.kind === 'gather') return all;
  return all.filter(([name]) => row.stored.includes(name));
}
